"""Why a profile says nothing of something: every code there is. The texts are the catalogues'."""

PACEMAKER = "pacemaker"  # or a transplanted heart: nothing is read from the rhythm
LEFT_OUT = "left_out"  # known, and left out where what the wearer said is hidden

# Too little of what it would stand on.
FEW_DAYS = "few_days"
FEW_EPOCHS = "few_epochs"
FEW_MARKS = "few_marks"  # to tell an effect from chance
FEW_READ = "few_read"  # marks at which it could be measured: not refused, for RSA not paced
FEW_CONTROLS = "few_controls"  # unmarked time of the same hour
FEW_TIMES = "few_times"  # that something was done
FEW_OTHER_DAYS = "few_other_days"  # that something was done on
NO_BASELINE = "no_baseline"
NO_RECORDING = "no_recording"  # at that time
NEAR_ANOTHER = "near_another"  # mark, so that the same minutes would count twice
SHORT = "short"
SHORT_BEFORE = "short_before"
SHORT_AFTER = "short_after"

# Most of it was refused: for one reason (journal.REASONS), or for several.
CORRECTED = "corrected"
FLAT = "flat"
MOTION = "motion"
IRREGULAR = "irregular"
NOISE = "noise"
NOT_RECORDED = "not_recorded"
MOSTLY_REFUSED = "mostly_refused"
REFUSED = "refused"

# Breathing.
PACED = "paced"
SLOW_BREATHING = "slow_breathing"
BREATH_UNKNOWN = "breath_unknown"  # at too many of the marks, so that RSA may be its doing

# Recovery, vagal efficiency, candidates.
NO_REACTION = "no_reaction"
NOT_IN_RECORDING = "not_in_recording"
NO_CHALLENGE = "no_challenge"  # vagal efficiency: at rest
SMALL_RANGE = "small_range"  # RSA hardly moved
UNRELATED = "unrelated"  # heart period and RSA did not move together
WIDE = "wide"  # the interval leaves nothing to be said
NO_MORE_THAN_CHANCE = "no_more_than_chance"
