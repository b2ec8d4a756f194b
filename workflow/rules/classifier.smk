"""The classifier: its features are the map's responses to an image, compared with controls.

It starts from the last codebook of the experiment that `classifier:` names. Each set of features
has a job of its own, so a change of one control does not compute the others again.
"""

CLASSIFIED = EXPERIMENTS[CLASSIFIER.experiment]
CLASSIFIED_RUN = f"results/{CLASSIFIER.experiment}/seed_{CLASSIFIED.seeds[0]}"
CLASSIFIED_EPOCH = f"epoch_{CLASSIFIED.epochs:03d}"
CLASSIFIER_SETS = [*FEATURE_SETS, NEAREST_NEIGHBOUR]
# For these sets the accuracy is also measured against the number of labels.
CURVE_SETS = ["map_rbf", "random_rbf", "pixels", NEAREST_NEIGHBOUR]
CLASSIFIER_TABLES = ["scores", "predictions", "learning_curve"]
CLASSIFIER_FIGURES = [
    *("classifier_scores", "classifier_confusion", "classifier_mistakes"),
    "classifier_learning_curve",
]


wildcard_constraints:
    features="|".join(CLASSIFIER_SETS),


rule classifier:
    """Train classifiers on the map's responses and on controls: tables and figures."""
    input:
        expand("results/classifier/{table}.parquet", table=CLASSIFIER_TABLES),
        expand(
            "results/classifier/figures/{figure}.{kind}",
            figure=CLASSIFIER_FIGURES,
            kind=["png", "svg"],
        ),
    localrule: True


rule measure_classifier:
    """Tune every head on one set of features within the training set; score it on the test set."""
    input:
        train=f"results/datasets/{CLASSIFIED.dataset}/train.parquet",
        test=f"results/datasets/{CLASSIFIED.dataset}/test.parquet",
        checkpoint=f"{CLASSIFIED_RUN}/checkpoints/{CLASSIFIED_EPOCH}.safetensors",
    output:
        scores="results/classifier/features/{features}_scores.parquet",
        predictions="results/classifier/features/{features}_predictions.parquet",
    log:
        "results/logs/classifier/measure_classifier_{features}.log",
    benchmark:
        "results/benchmarks/classifier/measure_classifier_{features}.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(8000),
        runtime=growing(480),
    params:
        given=given(
            run=RUNS.settings(CLASSIFIER.experiment),
            settings=to_measure(CLASSIFIER),
            code=code_of("classifier/measure_classifier"),
        ),
    script:
        "../scripts/classifier/measure_classifier.py"


rule measure_learning_curve:
    """Measure the accuracy against the number of labels, for one set of features."""
    input:
        train=f"results/datasets/{CLASSIFIED.dataset}/train.parquet",
        test=f"results/datasets/{CLASSIFIED.dataset}/test.parquet",
        checkpoint=f"{CLASSIFIED_RUN}/checkpoints/{CLASSIFIED_EPOCH}.safetensors",
    output:
        table="results/classifier/features/{features}_learning_curve.parquet",
    log:
        "results/logs/classifier/measure_learning_curve_{features}.log",
    benchmark:
        "results/benchmarks/classifier/measure_learning_curve_{features}.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(8000),
        runtime=growing(720),
    params:
        given=given(
            run=RUNS.settings(CLASSIFIER.experiment),
            settings=config["classifier"],
            code=code_of("classifier/measure_learning_curve"),
        ),
    script:
        "../scripts/classifier/measure_learning_curve.py"


rule collect_classifier:
    """Collect all scores, the learning curve, and the best map model's predictions on the map."""
    input:
        scores=expand(
            "results/classifier/features/{features}_scores.parquet",
            features=CLASSIFIER_SETS,
        ),
        predictions=expand(
            "results/classifier/features/{features}_predictions.parquet",
            features=CLASSIFIER_SETS,
        ),
        curves=expand(
            "results/classifier/features/{features}_learning_curve.parquet",
            features=CURVE_SETS,
        ),
        activations=f"{CLASSIFIED_RUN}/activations/{CLASSIFIED_EPOCH}.parquet",
    output:
        scores="results/classifier/scores.parquet",
        predictions="results/classifier/predictions.parquet",
        learning_curve="results/classifier/learning_curve.parquet",
    log:
        "results/logs/classifier/collect_classifier.log",
    benchmark:
        "results/benchmarks/classifier/collect_classifier.tsv"
    group:
        "classifier"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.settings(CLASSIFIER.experiment),
            code=code_of("classifier/collect_classifier"),
        ),
    script:
        "../scripts/classifier/collect_classifier.py"


rule plot_classifier_scores:
    """Draw the test accuracy of every head on every set of features."""
    input:
        table="results/classifier/scores.parquet",
    output:
        png=of_study_in_report(
            "classifier_scores", "results/classifier/figures/classifier_scores.png"
        ),
        svg="results/classifier/figures/classifier_scores.svg",
    log:
        "results/logs/classifier/plot_classifier_scores.log",
    group:
        "classifier"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["classifier_scores"],
            code=code_of("classifier/plot_classifier_scores"),
        ),
    script:
        "../scripts/classifier/plot_classifier_scores.py"


rule plot_classifier_confusion:
    """Draw which digits the best model on the map confuses with which."""
    input:
        table="results/classifier/predictions.parquet",
    output:
        png=of_study_in_report(
            "classifier_confusion",
            "results/classifier/figures/classifier_confusion.png",
        ),
        svg="results/classifier/figures/classifier_confusion.svg",
    log:
        "results/logs/classifier/plot_classifier_confusion.log",
    group:
        "classifier"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["classifier_confusion"],
            code=code_of("classifier/plot_classifier_confusion"),
        ),
    script:
        "../scripts/classifier/plot_classifier_confusion.py"


rule plot_classifier_mistakes:
    """Draw the images of the worst mistakes, placed on the map."""
    input:
        table="results/classifier/predictions.parquet",
        images=f"results/datasets/{CLASSIFIED.dataset}/test.parquet",
        purity=f"{CLASSIFIED_RUN}/purity/{CLASSIFIED_EPOCH}.parquet",
    output:
        png=of_study_in_report(
            "classifier_mistakes", "results/classifier/figures/classifier_mistakes.png"
        ),
        svg="results/classifier/figures/classifier_mistakes.svg",
    log:
        "results/logs/classifier/plot_classifier_mistakes.log",
    group:
        "classifier"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["classifier_mistakes"],
            code=code_of("classifier/plot_classifier_mistakes"),
        ),
    script:
        "../scripts/classifier/plot_classifier_mistakes.py"


rule plot_classifier_learning_curve:
    """Draw the test accuracy against the number of labels."""
    input:
        table="results/classifier/learning_curve.parquet",
    output:
        png=of_study_in_report(
            "classifier_learning_curve",
            "results/classifier/figures/classifier_learning_curve.png",
        ),
        svg="results/classifier/figures/classifier_learning_curve.svg",
    log:
        "results/logs/classifier/plot_classifier_learning_curve.log",
    group:
        "classifier"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["classifier_learning_curve"],
            code=code_of("classifier/plot_classifier_learning_curve"),
        ),
    script:
        "../scripts/classifier/plot_classifier_learning_curve.py"
