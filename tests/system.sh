#!/usr/bin/env bash
# Sees to the two things that the tests need and that pip cannot install: a browser and PostgreSQL's server programs.
# Prints what is there. Installs what is not, by the system's package manager, or says exactly what to install.
set -euo pipefail

find_browser() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    local mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    [ -x "$mac" ] && echo "$mac"
}

find_postgres() {
    local candidate
    for candidate in "$(command -v pg_ctl || true)" /usr/lib/postgresql/*/bin/pg_ctl /usr/pgsql*/bin/pg_ctl \
        /opt/homebrew/opt/postgresql*/bin/pg_ctl /usr/local/opt/postgresql*/bin/pg_ctl; do
        [ -x "$candidate" ] && echo "$candidate" && return
    done
    return 1
}

report() {
    local found
    found=$(find_browser) && echo "Browser: $found" || missing+=(browser)
    found=$(find_postgres) && echo "PostgreSQL: $found" || missing+=(postgresql)
}

# Runs a command as root: directly, or by a sudo that asks for no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet "$@"
}

install_by_apt() {
    as_root apt-get update --quiet
    case $1 in
        browser) apt_install chromium || apt_install chromium-browser ;;
        postgresql) apt_install postgresql ;;
    esac
}

install_by_brew() {
    case $1 in
        browser) brew install --cask google-chrome ;;
        postgresql) brew install postgresql@17 ;;
    esac
}

give_up() {
    echo "The tests need: ${missing[*]}. It could not be installed from here without you."
    if command -v apt-get >/dev/null; then
        echo "Please run"
        echo "    sudo apt-get update && sudo apt-get install chromium postgresql"
    else
        echo "Please install Chromium or Google Chrome, and the server of PostgreSQL 14 or newer."
    fi
    echo "Then run 'make test' again."
    exit 1
}

missing=()
report
[ ${#missing[@]} = 0 ] && exit 0

for part in "${missing[@]}"; do
    if command -v apt-get >/dev/null && can_be_root; then
        echo "Installing with apt-get: $part ..."
        install_by_apt "$part" || give_up
    elif command -v brew >/dev/null; then
        echo "Installing with brew: $part ..."
        install_by_brew "$part" || give_up
    else
        give_up
    fi
done

missing=()
report
[ ${#missing[@]} = 0 ] || give_up
