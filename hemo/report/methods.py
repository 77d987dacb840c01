"""What is said beside the methods that are compared."""

INTRODUCTION = (
    "The same slice, asked in different ways. No map is stretched to its own maximum: each method "
    "has one colour scale for all slices, so a weak map looks weak."
)
