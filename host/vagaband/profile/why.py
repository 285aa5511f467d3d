"""Why a profile says nothing of something: every code there is. The texts are the catalogues'."""

FEW_MARKS = "few_marks"  # to tell an effect from chance
FEW_DAYS = "few_days"
FEW_READ = "few_read"  # marks at which the heart could be read
FEW_CONTROLS = "few_controls"  # unmarked time of the same hour
BREATH_UNKNOWN = "breath_unknown"  # on too many of the marks, so that RSA may be its doing
FEW_TIMES = "few_times"  # that a glimmer or a treatment could be read
NEAR_ANOTHER = "near_another"  # a glimmer within the minutes of an earlier one
SHORT_BEFORE = "short_before"  # too little before it to tell how unusual its begin was
CHANCE = "no_more_than_chance"  # moments like a glimmer, which therefore are not asked about
SHORT = "short"  # a stretch of fewer half minutes than can be summed up
REFUSED = "mostly_refused"  # for several reasons; for one, its code is the reason itself
NOT_RECORDED = "not_recorded"
PACED = "paced"  # breathing, so that RSA can't be compared
SLOW = "slow_breathing"
