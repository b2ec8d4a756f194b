"""The sets of features by name; apart, so that the Snakefile need not load scikit-learn."""

# Name: where the prototypes come from, and their responses.
FEATURE_SETS = {
    "map_coordinates": ("map", "coordinates"),
    "map_one_hot": ("map", "one_hot"),
    "map_distances": ("map", "distances"),
    "map_softmax": ("map", "softmax"),
    "map_rbf": ("map", "rbf"),
    "k_means_rbf": ("k_means", "rbf"),
    "random_rbf": ("random", "rbf"),
    "pixels": ("none", "pixels"),
}
NEAREST_NEIGHBOUR = "nearest_neighbour"
