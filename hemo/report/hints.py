"""One line on what each number of the page means, for whoever hovers over it or tabs to it."""

PROBABILITY = (
    "How sure the model is that this one slice shows a hemorrhage; calibrated on slices it was not "
    "trained on."
)
OBSERVED = "From the reliability curve in the Scoreboard: test slices with a similar probability."
BAND = "From two limits fixed before testing: below the lower “not seen”, above the higher “found”."
SCALE = "The white mark is this slice; the triangle the operating point, where yes begins."
REGION = (
    "A connected place of focal evidence, outlined on the slice, and what it adds to the logit."
)
FOR = "All amber outside the outlined regions: weak evidence for hemorrhage, summed."
AGAINST = "All blue on the slice: evidence against hemorrhage, summed."
BIAS = (
    "What the model starts from before it looks at anything, and what its map put outside the "
    "picture."
)
LOGIT = "The sum of the lines above: log odds. 0 is 50 %, +2 is 88 %, −2 is 12 %."
STABILITY = (
    "The slice mirrored, shifted, turned and windowed a little differently, and read each time: a "
    "sound reading hardly moves."
)
WITHOUT = (
    "Region 1 filled in with what surrounds it or faces it, and the slice read again: if the "
    "region is the reason, the probability falls."
)
AGREEMENT = (
    "Each of those maps is brought back and compared with this one: a sound map turns with the "
    "head."
)
FAMILIAR = "How far the slice lies, to the network, from those it was trained on."
FAITHFUL = (
    "The strongest evidence is filled in, then as much picked at random: a faithful map's curve "
    "falls well below the other."
)

READING = {
    "percent": PROBABILITY,
    "observed": OBSERVED,
    "title": BAND,
    "scale": SCALE,
    "total": LOGIT,
}
