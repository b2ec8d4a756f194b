"""A classifier on what the map answers to an image, and the controls beside it.

`features` (responses of all units, and their projection), `heads` (the classifiers), `selection`
(tuned on a part of the training set, scored on the test set once), `controls` (prototypes of other
origin, nearest neighbours), `learning_curve` (accuracy against the number of labels), `settings`.
"""
