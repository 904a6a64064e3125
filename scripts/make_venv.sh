#!/usr/bin/env bash
# Create a virtual environment: PYTHON FOLDER. Needs Python 3.11 or newer.
set -euo pipefail
python=$1 folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python 3.11 or newer is needed; '$python' is not. Name another: make PYTHON=/path/to/python3.11 ..." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  # Debian keeps this part of Python's standard library in a package of its own.
  bash "$(dirname "$0")/system_package.sh" ensurepip python3-venv "virtual environments"
fi
"$python" -m venv "$folder"
