#!/bin/sh
# The main job, shown: two platforms with a small city, one full cycle, what it says of it; then an edit on each
# side and the next cycle that carries it over. Stops everything that it started.
exec python3 -W ignore "$(dirname "$0")/demo.py"
