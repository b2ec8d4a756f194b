"""The figures, one module each: they draw data that they are given, and neither read nor compute.

A script reads the tables, calls functions of `statistics`, `classifier`, `benchmark`, `tsp`, and
hands the result over. Statistics do not live here.

================================  ================================================================
module                            shows
================================  ================================================================
`draw_mnist_samples`              the data set: a sheet with one column per digit
`draw_activation_maps`            which units light up for each digit
`draw_combined_map`               the majority digit of each unit, and how many digits light it up
`draw_training_curves`            errors, learning rate, radius and the map's quality by epoch
`draw_hit_map`                    how many samples each unit answers to
`draw_component_planes`           which pixels tell units apart, and the weights of some of them
`draw_feature_planes`             each feature of a table over the map, in its own units
`draw_clusters`                   clusters of units, and in what each differs
`draw_u_matrix`                   how far each unit lies from its neighbours
`draw_prototypes`                 every unit's weight vector as an image, laid out as the lattice
`draw_evolution`                  the map of majority digits as an animation over the epochs
`explorer`                        the map as one web page: hover a unit to see what it stands for
`comparisons`
    `draw_comparison`             experiments side by side, one panel per measure
    `draw_lattices`               maps of majority digits on several lattices side by side
    `draw_kernel_maps`            what each neighbourhood kernel does to the map
    `draw_stability`              which images stay neighbours from map to map
    `draw_trade_off`              accuracy against topology, by the radius at the end of training
`worth`
    `draw_worth`                  single-digit units against the images shown, and controls
`classifier`
    `draw_classifier_scores`      test accuracy of every set of features by every classifier
    `draw_classifier_confusion`   which digits the best model on the map takes for which
    `draw_classifier_mistakes`    the worst mistakes as pictures, placed on the map
    `draw_classifier_learning_curve`  test accuracy against the number of labels
`tsp`
    `draw_tsp_gaps`               how far tours are from the optimum, by instance and method
    `draw_tsp_tour`               the cities and the ring's tour
    `draw_tsp_closing`            the ring closing in on the cities as an animation
`benchmark`
    `draw_benchmark_peers`        how many times longer other libraries take
    `draw_benchmark_schedule`     time per sample over the schedule, by form of the rule
    `draw_benchmark_scaling`      time per sample against the sizes of map, samples and blocks
    `draw_benchmark_memory`       peak memory of training against units and samples
    `draw_faithfulness`           the engine against a float64 loop, and where paths part
`drawing`                         their common parts
================================  ================================================================

What a figure's configuration may change is an argument of its function; the look that all figures
have is in `drawing/style.mplstyle`.
"""
