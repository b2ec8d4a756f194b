#!/bin/sh
# Runs a job script in the background, as a cluster would on another machine; prints its number.
set -eu
grep '^# properties' "$1" | cut -d '=' -f 2- >>submitted.jsonl
setsid nohup sh "$1" >>jobs.txt 2>&1 </dev/null &
echo $!
