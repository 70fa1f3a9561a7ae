# Photographs for coco-features' tests, and networks that take them.

# onnx KEY=VALUE...: prints a network (onnx.py).
onnx() { python3 "$ROOT/tests/support/onnx.py" "$@"; }

# pictures N: p/000.ppm and so on, each with pixels of its own.
pictures() {
    python3 - "$1" <<'END'
import os, random, sys
draw = random.Random(5)
os.makedirs("p", exist_ok=True)
for i in range(int(sys.argv[1])):
    with open(f"p/{i:03}.ppm", "wb") as f:
        f.write(b"P6 40 30 255\n" + draw.randbytes(3600))
END
}
