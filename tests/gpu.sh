#!/bin/sh
# All tests that need a CUDA device, then one table of times. In the project's root: sh tests/gpu.sh
# The times need torch, triton, numba, scipy and threadpoolctl; the tests also pytest, hypothesis,
# pandas, pyarrow, PyYAML and safetensors. Neither Snakemake nor a network is needed.
set -u
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
# Other settings of pytest are for the whole suite.
python3 -m pytest -q -p no:cacheprovider -o addopts= -o filterwarnings= -k "not interpreter" \
    tests/som/engine/online/test_cuda.py tests/som/engine/online/test_triton_scan.py \
    tests/som/engine/search/test_on_device.py
status=$?
python3 -m tests.gpu_times || status=1
exit $status
