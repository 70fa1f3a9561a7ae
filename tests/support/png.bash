# png COMMAND FILE...: looks at the pixels of pictures (png.py).
png() { python3 "$ROOT/tests/support/png.py" "$@"; }
