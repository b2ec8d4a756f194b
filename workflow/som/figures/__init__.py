"""The figures, one module each; they take arrays and draw, and neither read nor save.

===========================  =====================================================================
module                       shows
===========================  =====================================================================
`mnist_samples`              what the data set looks like: a sheet with one column a digit
`activation_maps`            which units light up for each digit
`combined_map`               the majority digit of each unit, and how many digits light up a unit
`training_curves`            errors, learning rate, radius and the map's quality from epoch to epoch
`u_matrix`                   how far each unit lies from its neighbours
`prototypes`                 every unit's weight vector as an image, laid out as the lattice
`evolution`                  the map of majority digits as an animation over the epochs
`explorer`                   the map as one web page: hover a unit to see what it stands for
`comparison`                 experiments side by side, one panel a measure
`lattices`                   maps of majority digits on several lattices side by side
`kernel_maps`                what each neighbourhood kernel does to the map
`stability`                  which images stay neighbours from map to map
`trade_off`                  accuracy against topology, by the radius at which training ends
`worth`                      single-digit units against the images shown, beside controls
`classifier_scores`          test accuracy of every set of features by every classifier
`classifier_confusion`       which digits the best model on the map takes for which
`classifier_mistakes`        the worst mistakes as pictures, placed on the map
`classifier_learning_curve`  test accuracy against the number of labels
`tsp_gaps`                   tours' gaps to the optimum, by instance and method
`tsp_tour`                   the cities and the ring's tour
`tsp_closing`                the ring closing in on the cities as an animation
`benchmark_peers`            how many times longer other libraries take
`benchmark_schedule`         time a sample over the schedule, by form of the rule
`benchmark_scaling`          time a sample against the sizes of map, samples and blocks
`faithfulness`               the engine against a float64 loop, and where paths part
`explorer_plot`              the frame of that page's map: axes, slices and seams
`tiles`                      in which order the units of any lattice are laid out: folds and slices
`layout`                     where their cells lie on paper: hexagons, sectors, squares; ticks
`style`                      what they share: the lattice as a map, the digits' colours, saving
===========================  =====================================================================

What a figure's configuration may change is an argument of its function; what all figures look like
is `style.mplstyle`.
"""
