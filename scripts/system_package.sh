#!/usr/bin/env bash
# Make sure that a command of the operating system is there: COMMAND PACKAGE PURPOSE.
# Installs the Debian package when run as root; otherwise says what to do and fails.
set -euo pipefail
command=$1 package=$2 purpose=$3

command -v "$command" >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing $package, which $purpose need..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "$package" >/dev/null
  exit 0
fi
echo "$purpose need the command '$command'. Install it (on Debian or Ubuntu: sudo apt-get install $package) and try again." >&2
exit 1
