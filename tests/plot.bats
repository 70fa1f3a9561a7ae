#!/usr/bin/env bats
# coco-plot: exit statuses, messages, and pictures from logs of every kind.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    awk 'BEGIN { for (i = 1; i <= 50; i++) {
        printf "{\"event\":\"iteration\",\"iteration\":%d,\"epoch\":1,\"loss\":%.4f,\"lr\":0.005}\n", i, 80 / i
        if (i % 10 == 0) printf "{\"event\":\"epoch\",\"iteration\":%d,\"epoch\":%d,\"val_loss\":%.4f}\n", i, i / 10, 90 / i
    } }' >a.log
}

# The colours of a first run: its training curve, the same curve when it is faint under a smoothed one, its validation
# curve; and of the second run's training curve.
TRAINING=1F6FB2 FAINT=C7DBEB VALIDATION=154D7C SECOND=D5601C

# In a picture of 960 x 540: where the title is, the legend below it, and the curves below that.
IN_TITLE='0 0 960 38' IN_LEGEND='0 38 960 62' IN_CURVES='0 80 960 490'

# inside "BOX" "REGION": the box is not empty, and nothing of it is outside the region.
inside() {
    echo "box: $1, region: $2"
    [ "$1" != none ]
    set -- $1 $2
    [ "$1" -ge "$5" ] && [ "$2" -ge "$6" ] && [ "$3" -le "$7" ] && [ "$4" -le "$8" ]
}
# top "BOX": its first row.
top() { cut -d' ' -f2 <<<"$1"; }

@test "a file, standard input and - give the same picture; -o - is that picture" {
    coco-plot a.log --label x -o a.png
    coco-plot --label x -o b.png <a.log
    coco-plot --label x - -o c.png <a.log
    coco-plot --label x a.log -o - >d.png
    same a.png b.png c.png d.png
    [ "$(png size a.png)" = "960 540" ]
}

@test "--title changes the title, --label the legend, and nothing else" {
    coco-plot a.log -o a.png
    coco-plot a.log --title=T -o b.png
    inside "$(png changed a.png b.png)" "$IN_TITLE"
    coco-plot a.log --label=L -o b.png
    inside "$(png changed a.png b.png)" "$IN_LEGEND"
}

@test "--x changes what stands below the axes, and nothing else" {
    coco-plot a.log -o a.png
    coco-plot a.log --x ranks -o b.png
    inside "$(png changed a.png b.png)" '0 500 960 540'
    coco-plot a.log --x iteration -o b.png
    same a.png b.png
}

@test "--log-y moves small losses up; title and legend stay" {
    coco-plot a.log -o linear.png
    coco-plot a.log --log-y -o log.png
    # The first mark is a validation loss of 9, where losses go from 1.6 to 80: at a ninth of the height of the axes,
    # or on a log scale at almost a half.
    [ "$(top "$(png box linear.png $VALIDATION $IN_CURVES)")" -ge 430 ]
    [ "$(top "$(png box log.png $VALIDATION $IN_CURVES)")" -ge 280 ]
    [ "$(top "$(png box log.png $VALIDATION $IN_CURVES)")" -le 330 ]
    inside "$(png changed linear.png log.png)" "0 62 960 540"
}

# left "BOX": its first column.
left() { cut -d' ' -f1 <<<"$1"; }

@test "--log-x moves early iterations to the right; title and legend stay" {
    coco-plot a.log -o linear.png
    coco-plot a.log --log-x -o log.png
    # The first mark is at iteration 10 of 1 to 50: at a fifth of the width of the axes, or on a log scale at 0.59.
    [ "$(left "$(png box linear.png $VALIDATION $IN_CURVES)")" -le 300 ]
    [ "$(left "$(png box log.png $VALIDATION $IN_CURVES)")" -ge 530 ]
    [ "$(left "$(png box log.png $VALIDATION $IN_CURVES)")" -le 610 ]
    inside "$(png changed linear.png log.png)" "0 62 960 540"
}

@test "--smooth draws the curve itself faint, and changes nothing but curves" {
    coco-plot a.log -o a.png
    coco-plot a.log --smooth=5 -o b.png
    [ "$(png count a.png $FAINT)" = 0 ]
    [ "$(png count b.png $FAINT)" -ge 20 ]
    [ "$(png count b.png $TRAINING)" -gt "$(png count a.png $TRAINING)" ] # it is a thicker line
    inside "$(png changed a.png b.png)" "$IN_CURVES"
}

@test "--size is the size of the picture" {
    coco-plot a.log --size 400x300 -o b.png
    [ "$(png size b.png)" = "400 300" ]
}

@test "several runs with a legend" {
    sed 's/"loss":/"loss":1/' a.log >b.log
    coco-plot a.log b.log -o two.png
    coco-plot a.log -o one.png
    for region in "$IN_LEGEND" "$IN_CURVES"; do
        [ "$(png count one.png $SECOND $region)" = 0 ]
        [ "$(png count two.png $SECOND $region)" -ge 20 ]
        [ "$(png count two.png $TRAINING $region)" -ge 20 ]
    done
    coco-plot a.log b.log --label first --label second -o labels.png
    inside "$(png changed two.png labels.png)" "$IN_LEGEND"
    fails 2 '3 labels for 2 logs' coco-plot a.log b.log --label x --label y --label z -o x.png
}

@test "a resumed log: later lines win" {
    head -n 30 a.log >resumed.log
    # The run had reached other losses before it was stopped and resumed.
    sed -n '31,40p' a.log | sed 's/"loss":/"loss":9/; s/"val_loss":/"val_loss":9/' >>resumed.log
    tail -n +31 a.log >>resumed.log
    coco-plot a.log --label x -o a.png
    coco-plot resumed.log --label x -o b.png
    same a.png b.png
}

@test "one point, one value, many points, iterations far from 1" {
    head -n 1 a.log >one.log
    coco-plot one.log -o a.png
    coco-plot one.log --log-y --smooth 10 -o a.png
    sed -E 's/"loss":[0-9.]+/"loss":3/' a.log >constant.log
    coco-plot constant.log -o a.png
    coco-plot constant.log --log-y -o a.png
    sed -E 's/"loss":[0-9.]+/"loss":0/' a.log >zero.log
    coco-plot zero.log -o a.png
    sed -E 's/"loss":[0-9.]+/"loss":-1e300/;2s/-1e300/1e300/' a.log >wide.log
    coco-plot wide.log -o a.png
    sed -E 's/"iteration":([0-9]+)/"iteration":90000000000000\1/' a.log >far.log
    coco-plot far.log -o a.png
    sed -nE '/val_loss/p' a.log >val.log
    coco-plot val.log -o a.png
    [ "$(png size a.png)" = "960 540" ]
    awk 'BEGIN { srand(1); for (i = 1; i <= 100000; i++)
        printf "{\"event\":\"iteration\",\"iteration\":%d,\"loss\":%.4f}\n", i, 80 / i + rand() }' >long.log
    coco-plot long.log --smooth 100 -o a.png
    [ "$(png size a.png)" = "960 540" ]
    for size in 160x160 8192x200 200x8192; do
        coco-plot a.log a.log a.log --size $size -o a.png
        [ "$(png size a.png)" = "${size/x/ }" ]
    done
}

@test "losses that a log scale cannot show are left out with a warning" {
    sed -E '3s/"loss":[0-9.]+/"loss":-1/;4s/"loss":[0-9.]+/"loss":0/' a.log >b.log
    run coco-plot -q b.log --log-y -o b.png
    [ "$status" = 0 ]
    [ "$output" = "coco-plot: b.log: 2 losses are not above 0, so a log scale cannot show them" ]
    echo '{"event":"iteration","iteration":1,"loss":-1}' >c.log
    run coco-plot -q c.log --log-y -o c.png
    [ "$status" = 1 ]
    [[ "$output" == *"no loss is above 0"* ]]
    [ ! -e c.png ]
}

@test "an iteration 0 is left out of a logarithmic axis with a warning" {
    sed '1s/"iteration":1/"iteration":0/' a.log >b.log
    run coco-plot -q b.log --log-x -o b.png
    [ "$status" = 0 ]
    [ "$output" = "coco-plot: b.log: 1 point is not above 0, so a log scale cannot show it" ]
    sed '1s/"loss":80/"loss":0/' b.log >c.log
    run coco-plot -q c.log --log-x --log-y -o c.png
    [ "$output" = "coco-plot: c.log: 1 point is not above 0, so a log scale cannot show it" ]
    echo '{"event":"iteration","iteration":0,"loss":1}' >c.log
    run coco-plot -q c.log --log-x -o c.png
    [ "$status" = 1 ]
    [[ "$output" == *"no point is above 0"* ]]
    run coco-plot -q c.log --log-x --log-y -o c.png
    [[ "$output" == *"no point is above 0"* ]]
}

@test "a logarithmic axis of a late part of a run is as wide as that part" {
    awk 'BEGIN { for (i = 100001; i <= 110000; i += 99) printf "{\"event\":\"iteration\",\"iteration\":%d,\"loss\":%.4f}\n", i, i / 1e4 }' >late.log
    coco-plot late.log --log-x -o log.png
    coco-plot late.log -o linear.png
    log=$(png box log.png $TRAINING $IN_CURVES) linear=$(png box linear.png $TRAINING $IN_CURVES)
    [ "$(left "$log")" -le $(($(left "$linear") + 20)) ]
    [ "$(cut -d' ' -f3 <<<"$log")" -ge $(($(cut -d' ' -f3 <<<"$linear") - 20)) ]
}

@test "a bad line: exit 1, file and line, nothing written" {
    while IFS= read -r bad; do
        { head -n 4 a.log; printf '%s\n' "$bad"; } >bad.log
        fails 1 'bad.log: line 5: ' coco-plot a.log bad.log -o out.png
        [ ! -e out.png ]
    done <<'END'
{"event":"iteration"}
{"iteration":1,"loss":2}
{"event":"iteration","iteration":1,"loss":"2"}
{"event":"iteration","iteration":NaN,"loss":1}
{"event":"iteration","iteration":-1,"loss":1}
{"event":"iteration","iteration":1,"loss":1
(Iteration 1 / 100) loss: 76.9
END
    : >empty.log
    fails 1 'empty.log: no losses' coco-plot empty.log -o out.png
    fails 1 'none.log: No such file' coco-plot none.log -o out.png
}

@test "losses that are not finite numbers are left out, and the warning says where" {
    for word in NaN Infinity -Infinity 1e999 null; do
        sed -E "20s/\"loss\":[0-9.]+/\"loss\":$word/" a.log >b.log
        run coco-plot -q b.log -o b.png
        [ "$status" = 0 ]
        [ "$output" = "coco-plot: b.log: line 20: the loss is not a finite number; it is left out" ]
        [ "$(png count b.png $TRAINING $IN_CURVES)" -ge 20 ]
    done
    sed -E '20,21s/"loss":[0-9.]+/"loss":NaN/; 22s/"val_loss":[0-9.]+/"val_loss":NaN/' a.log >b.log
    run coco-plot -q b.log -o b.png
    [[ "$output" == *"b.log: line 20: the loss is not a finite number; 3 such losses are left out" ]]
}

@test "a last line that is cut off is left out with a warning; a whole one without its end counts" {
    coco-plot a.log --label x -o a.png
    { cat a.log; printf '{"event":"iteration","itera'; } >torn.log
    run coco-plot -q torn.log --label x -o b.png
    [ "$status" = 0 ]
    [[ "$output" == "coco-plot: torn.log: line 56: "*"left out" ]]
    same a.png b.png
    head -c -1 a.log >whole.log
    run coco-plot -q whole.log --label x -o b.png
    [ "$status$output" = 0 ]
    same a.png b.png
}

@test "the curve is broken where iterations are missing" {
    # Losses of 50: without the break the line goes through the middle of the hole, at half of the width.
    awk 'BEGIN { for (i = 1; i <= 900; i++) if (i <= 300 || i > 600)
        printf "{\"event\":\"iteration\",\"iteration\":%d,\"loss\":%d}\n", i, 40 + i % 20 }' >hole.log
    for smooth in 0 10; do
        coco-plot hole.log --smooth $smooth -o a.png
        [ "$(png count a.png $TRAINING 400 80 600 490)" = 0 ]
        [ "$(png count a.png $TRAINING 100 80 300 490)" -ge 100 ]
        [ "$(png count a.png $TRAINING 700 80 900 490)" -ge 100 ]
    done
    # A log that has every tenth iteration, and then every hundredth, has no hole.
    awk 'BEGIN { for (i = 1; i <= 2000; i += i < 500 ? 10 : 100)
        printf "{\"event\":\"iteration\",\"iteration\":%d,\"loss\":50}\n", i }' >steps.log
    coco-plot steps.log -o a.png
    [ "$(png count a.png $TRAINING 100 80 900 490)" -ge 750 ]
}

@test "outputs that cannot be written" {
    fails 1 'no/such/a.png: No such file' coco-plot a.log -o no/such/a.png
    fails 1 'No space left' coco-plot a.log -o /dev/full
    run bash -c 'coco-plot a.log -o - >/dev/full'
    [ "$status" = 1 ]
    run bash -c 'coco-plot a.log --size 4000x4000 -o - | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}'
    [ "$status" = 141 ]
    [ -z "$output" ]
}

@test "the end says what was written; with -q, or to standard output, nothing" {
    run -0 --separate-stderr coco-plot a.log -o a.png
    [ "$output$stderr" = "a.png: 1 run" ]
    run -0 --separate-stderr coco-plot a.log a.log -o a.png
    [ "$stderr" = "a.png: 2 runs" ]
    coco-plot a.log -o - 2>said >b.png
    coco-plot -q a.log -o a.png 2>>said
    [ ! -s said ]
}

@test "usage errors: exit 2 and a hint" {
    fails 2 '-o' coco-plot a.log
    fails 2 'read only once' coco-plot - - -o a.png
    for size in 10x10 100 x 9000x500 500x9000 axb 500x500x2; do
        fails 2 '--size' coco-plot --size=$size a.log -o a.png
    done
    for smooth in -1 x 1.5; do fails 2 '--smooth' coco-plot --smooth=$smooth a.log -o a.png; done
}

@test "--y: another number of the logs, with its name; the best of each run is marked" {
    awk 'BEGIN { for (i = 1; i <= 40; i++) {
        printf "{\"event\":\"iteration\",\"iteration\":%d,\"loss\":%.4f,\"lr\":%.5f}\n", i, 80 / i, 0.01 / i
        if (i % 8 == 0) printf "{\"event\":\"epoch\",\"iteration\":%d,\"val_loss\":9,\"lr\":0.5,\"val_cider\":%.4f}\n", i, 0.5 - (i - 24) ^ 2 / 2000
    } }' >scores.log
    coco-plot scores.log --y val_cider -o cider.png
    [ "$(png box cider.png $TRAINING)" = none ]
    inside "$(png box cider.png $VALIDATION $IN_CURVES)" "$IN_CURVES"
    # It is drawn as the same numbers under another name are, but for the names.
    sed 's/val_loss/old/; s/val_cider/val_loss/; /iteration","iter/d' scores.log >renamed.log
    coco-plot renamed.log --label x --title t -o renamed.png
    coco-plot scores.log --label x --title t --y val_cider -o named.png
    [ "$(png box renamed.png $VALIDATION)" = "$(png box named.png $VALIDATION)" ]
    # A number that iterations have is a line, whatever epochs say of it.
    coco-plot scores.log --y lr -o lr.png
    inside "$(png box lr.png $TRAINING $IN_CURVES)" "$IN_CURVES"
    [ "$(png box lr.png $VALIDATION $IN_CURVES)" = none ]
    # The mark is at the highest of the scores, and at the lowest of the losses.
    coco-plot scores.log --y val_cider --best -o best.png
    run ! cmp -s cider.png best.png
    [ "$(top "$(png box best.png $VALIDATION $IN_CURVES)")" -lt "$(top "$(png box cider.png $VALIDATION $IN_CURVES)")" ]
    coco-plot a.log -o loss.png
    coco-plot a.log --best -o best-loss.png
    run ! cmp -s loss.png best-loss.png
    # A checkpoint and the end do not hide the validation of the same iteration.
    (cat scores.log; printf '{"event":"%s","iteration":40,"loss":2}\n' checkpoint done) >ended.log
    coco-plot ended.log --label x --title t --y val_cider -o ended.png
    cmp ended.png named.png
    # A number that validations have too, after val_, is beside it: the picture of the same numbers as losses.
    sed 's/"loss"/"perplexity"/; s/val_loss/val_perplexity/' scores.log >words.log
    printf '{"event":"done","iteration":40,"perplexity":2}\n' >>words.log
    coco-plot words.log --label x --title t --y perplexity -o words.png
    sed '/iteration","iter/!s/,"lr".*/}/' scores.log >losses.log
    coco-plot losses.log --label x --title t -o losses.png
    for colour in $TRAINING $VALIDATION; do
        [ "$(png box words.png $colour)" = "$(png box losses.png $colour)" ]
        [ "$(png box words.png $colour)" != none ]
    done
    local names
    names=$(jq -rn '[inputs | to_entries[] | select(.value | type == "number").key] | reduce .[] as $k ([]; if index([$k]) then . else . + [$k] end) | join(", ")' scores.log)
    [[ $names == *val_cider* ]]
    run coco-plot -q scores.log --y val_clder -o none.png
    [ "$status" = 1 ]
    [ "$output" = 'coco-plot: scores.log: no event has "val_clder"; there are '"$names" ]
    [ ! -e none.png ]
}
