"""The online rule in several forms, all with the same winners and updates up to rounding.

`rule`
    The way in, the rule as it is written, and the algebra of the block form.
`forms`
    Which form runs when on CPUs.
`blocks`, `block_scan`
    The block form, and its compiled part.
`virtual`
    Few units that carry the codebook for all while it is smooth, within the block form.
`lazy`, `lazy_scan`
    The form for small radii, and its compiled part.
`eager`
    The block form in torch operations, for other devices than CPUs and CUDA.
`cuda`, `triton_scan`
    The block form on CUDA, and its scan.
`printed`
    The rule as the article prints it, which makes no map.
"""
