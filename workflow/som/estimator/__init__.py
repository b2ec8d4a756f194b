"""The map as an estimator of scikit-learn, for one's own Python."""
