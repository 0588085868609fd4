#!/usr/bin/env bash
# Chromium, its driver and poppler, with which the tests look at the report: installed where that is allowed,
# else the line to type is printed and those tests are skipped. In CI their absence is an error.
set -u
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); else as_root=(false); fi
fi
if command -v apt-get >/dev/null && "${as_root[@]}" true; then
  echo "Installing what the tests need: $line"
  "${as_root[@]}" apt-get update -qq </dev/null >/dev/null
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $line -qq </dev/null >/dev/null && exit 0
fi
echo "The tests that look at the report in a browser need, as root:  apt-get update && $line" >&2
[ "${CI:-}" = true ] && exit 1
echo "They are skipped for now." >&2
exit 0
