#!/usr/bin/env bash
# Write requirements.lock from a clean environment made by PYTHON, so that nothing left over gets pinned.
set -euo pipefail
python=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$python" -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check -r requirements-dev.txt
{
  echo '# Every package of requirements.txt and requirements-dev.txt with all that they bring, pinned.'
  echo '# Passed to pip as constraints; made by `make lock`, never edited by hand.'
  "$place/venv/bin/pip" freeze --disable-pip-version-check | LC_ALL=C sort -f
} > requirements.lock
