"""What is assumed of the ESP32's ROM and of esptool's flasher stub: the one place for it.

Marked E: follows from the source of esptool 5, which works with real chips; T: from Espressif's
technical manual or documentation; A: assumed, not checked on silicon.
"""

# Texts of the ROM, revision 3.
HELLO = b"ets Jul 29 2019 12:21:46\r\n\r\nrst:%s,boot:%s\r\n"  # T
BOOT_FLASH = b"0x13 (SPI_FAST_FLASH_BOOT)"  # T
BOOT_DOWNLOAD = b"0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))"  # T, E looks for `boot:0x3`
WAITING = b"waiting for download\r\n"  # E
RESET_NAMES = {  # T; by machine.reset_cause(), any other is a software reset
    1: b"0x1 (POWERON_RESET)",  # T: also after EN was low: RTC memory is lost
    3: b"0x8 (TG1WDT_SYS_RESET)",
    4: b"0x5 (DEEPSLEEP_RESET)",
}
SOFTWARE_RESET = b"0xc (SW_CPU_RESET)"
ROM_WATCHDOG = b"0x10 (RTCWDT_RTC_RESET)"  # T: what ends an attempt to boot a bad image
COMPLAINTS, COMPLAINT_S = 8, 0.12  # A: so often and so far apart before the watchdog bites

# Registers that are read; all others read 0 until they are written.
REGISTERS = {
    0x40001000: 0x00F01D83,  # E: the word of the ROM by which an ESP32 is known
    0x3FF40014: 347,  # E: UART_CLKDIV: 40 MHz crystal at 115200 baud
    0x3FF5A00C: 1 << 15 | 1 << 13 | 1 << 9,  # E: efuse 3: revision bit 0, 240 MHz, ESP32-D0WD
    0x3FF5A010: 128,  # E: efuse 4: 8 MHz clock, with the next word 40 MHz for the baud rate
    0x3FF5A014: 1 << 24 | 1 << 20,  # E: efuse 5: revision v3.1, flash on the default pins
    0x3FF5F06C: 800 << 7,  # E: RTCCALICFG1
    0x3FF6607C: 1 << 31,  # E: APB_CTL_DATE: revision bit 2
}
EFUSE_MAC = (
    0x3FF5A004  # E: low four bytes of the MAC, then high two below a CRC that is 0 here (A)
)

# The SPI controller, through which esptool talks to the flash chip itself.
SPI_COMMAND, SPI_USR2, SPI_W0 = 0x3FF42000, 0x3FF42024, 0x3FF42080  # E
SPI_START = 1 << 18  # E
SPI_ANSWERS = {0x9F: 0x164020, 0x5A: 0x50444653}  # E: RDID of an XM25QH32, "SFDP"; others 0

# Answers.
ROM_STATUS_BYTES, STUB_STATUS_BYTES = 4, 2  # E
ROM_SYNC_VALUE, STUB_SYNC_VALUE = 0x20120707, 0  # E: 0 tells that a stub runs; the ROM's is A
SYNC_ANSWERS = 8  # E
STUB_GREETING = b"OHAI"  # E
READ_SLOW_BYTES = 64  # E: the ROM always sends so many
FAILED, BAD_CHECKSUM, BAD_DEFLATE = 0x06, 0x07, 0x0B  # T
ROM_UNKNOWN, STUB_UNKNOWN = 0x05, 0xFF  # E; GET_SECURITY_INFO is unknown to an ESP32's ROM (A)
CHECKSUM_SEED = 0xEF  # E

# Behaviour.
# A: any program that is started from RAM is taken for esptool's flasher stub.
# E: the ROM erases when a write begins, the stub as the data come and answers before it writes.
# A: FLASH_END lets the ROM run what is on the flash, whatever its argument (E: `exits`).
# E: FLASH_END 0 sends the stub back to the ROM's bootloader, 1 leaves it running.
# E: the ROM takes its baud rate from the first SYNC.
BAUD_TOLERANCE = 0.03  # T
