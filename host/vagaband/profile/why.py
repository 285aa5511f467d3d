"""Why a profile says nothing of something: every code there is. The texts are the catalogues'."""

FEW_MARKS = "few_marks"  # to tell an effect from chance
FEW_DAYS = "few_days"
FEW_READ = "few_read"  # marks at which it could be measured: not refused, for RSA not paced
FEW_CONTROLS = "few_controls"  # unmarked time of the same hour
BREATH_UNKNOWN = "breath_unknown"  # on too many of the marks, so that RSA may be its doing
