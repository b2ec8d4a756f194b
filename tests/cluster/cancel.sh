#!/bin/sh
# Ends jobs that submit.sh started, as scancel does: SIGTERM to all processes of a job.
for job; do kill -s TERM -- "-$job" || true; done
