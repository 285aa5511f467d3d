"""Why a profile says nothing of something: every code there is. The texts are the catalogues'."""

PACEMAKER = "pacemaker"  # or a transplanted heart: nothing is read from the rhythm
LEFT_OUT = "left_out"  # known, and left out where what the wearer said is hidden
FEW_DAYS = "few_days"
FEW_EPOCHS = "few_epochs"
FEW_MARKS = "few_marks"  # to tell an effect from chance
FEW_MARK_DAYS = "few_mark_days"
FEW_READ = "few_read"  # marks at which the heart could be read
FEW_CONTROLS = "few_controls"  # unmarked time of the same hour
NO_MARKS = "no_marks"
NO_BASELINE = "no_baseline"
SHORT_BEFORE = "short_before"
SHORT_AFTER = "short_after"
REFUSED = "refused"
PACED = "paced"
SLOW_BREATHING = "slow_breathing"
BREATH_UNKNOWN = "breath_unknown"
NO_REACTION = "no_reaction"
NOT_IN_RECORDING = "not_in_recording"
NO_CHALLENGE = "no_challenge"  # vagal efficiency: at rest
SMALL_RANGE = "small_range"  # RSA hardly moved
WIDE = "wide"  # the interval leaves nothing to be said
IRREGULAR = "irregular"  # rhythm: it looks like splendid RSA
UNRELATED = "unrelated"  # heart period and RSA did not move together
