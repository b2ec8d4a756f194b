"""The jobs of the target `classifier`; its scripts have their own tests."""


def test_the_classifier_follows_the_experiment_that_is_named(copy_of_finished):
    project = copy_of_finished
    assert "train_som_article_000_030" in project.planned("classifier")
    project.configure(lambda config: config["classifier"].update(experiment="quickstart"))
    # The map exists, so only the classifier's own rules run.
    assert project.planned("classifier") == {
        "classifier", "measure_classifier", "measure_learning_curve", "collect_classifier",
        "plot_classifier_scores", "plot_classifier_confusion", "plot_classifier_mistakes",
        "plot_classifier_learning_curve",
    }  # fmt: skip


def test_an_experiment_that_is_not_there_is_refused_before_any_job(project):
    project.configure(lambda config: config["classifier"].update(experiment="quikstart"))
    printed = project.snakemake("classifier", fails=True)
    assert 'config: classifier.experiment is "quikstart", which is no experiment' in printed
    assert "Traceback" not in printed
