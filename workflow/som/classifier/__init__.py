"""A classifier on what the map answers to an image, and the controls next to it.

`features` (responses of all units, and their projection), `feature_sets` (those of the map and of
the controls, by name), `heads` (the classifiers), `selection` (tuned on a part of the training set,
scored on the test set once), `nearest_neighbour` (a control), `scores` (tables), `learning_curve`
(accuracy against the number of labels) and `curve_points` (its means), `mistakes`. Prototypes of
the controls are in `som.statistics.prototypes`.
"""
