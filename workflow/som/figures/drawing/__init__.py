"""What the figures share.

`style` (the look, the lattice as a map, the digits' colours, and `saved_figure`), `layout` (where
the cells of units lie on paper), `tile_order` (in which order the units of any lattice are laid
out), `animation` (text in few greys, and saving), `hit_scale` (colours of numbers of samples),
`dataset_names` (what people call data sets).
"""
