"""Why something of a profile can't be said: every code that an `Estimate`, an `Efficiency` or a
`Glimmers` may carry. Each has a text in the catalogues of the page."""

WHYS = (
    "pacemaker",  # or a transplanted heart: nothing is read from the rhythm
    "left_out",  # known, and left out where what the wearer said is hidden
    "few_days",  # too few days with something usable
    "few_epochs",  # too few usable half minutes
    "few_marks",  # a tag or kind was marked too seldom
    "few_mark_days",  # or on too few days
    "few_controls",  # too few stretches of the same hour to hold it against
    "no_marks",  # nothing was marked
    "no_baseline",  # no level to come back to
    "short_before",  # too little recorded before
    "short_after",  # or after
    "refused",  # too much of it was refused
    "paced",  # breathing was paced
    "slow_breathing",
    "breath_unknown",
    "no_reaction",  # nothing to come back from
    "not_in_recording",  # the recording ends before
    "no_challenge",  # vagal efficiency: at rest
    "small_range",  # or RSA hardly moved
    "unrelated",  # or heart period and RSA did not move together
)
