"""How many classes the data sets have; whoever needs the number takes it from here."""

# All data sets are of digits, or of ten kinds of clothes.
N_CLASSES = 10
