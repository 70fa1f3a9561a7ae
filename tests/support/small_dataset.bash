# A small dataset with the setup of tests that train on it. Load it after common; a file's own setup_file or setup calls
# these two.

# small_dataset: makes $GOOD, once for the file.
small_dataset() {
    export GOOD=$BATS_FILE_TMPDIR/good
    dataset "$GOOD"
}

# small_grids: its splits have grids, too.
small_grids() {
    tool_grid "$GOOD/train2014_vgg16_fc7_pca.h5" 24 6 5 1
    tool_grid "$GOOD/val2014_vgg16_fc7_pca.h5" 11 6 5 2
}

setup_file() { small_dataset; }

# linked: the test's own folder has that dataset as d.
linked() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$GOOD" d
}

setup() { linked; }
