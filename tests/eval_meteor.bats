#!/usr/bin/env bats
# coco-eval --meteor: the protocol with the program of METEOR, and all the ways in which that can fail.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >three.jsonl <<'E'
{"image_id":1,"split":"val","caption":"a cat on the mat","references":["a cat sits on the mat","the cat is on a mat"]}
{"image_id":2,"split":"val","caption":"a man  ||| riding","references":["a man riding a wave"]}
{"image_id":3,"split":"test","caption":"","references":["two dogs play in the snow"]}
E
    coco-eval -q three.jsonl >without
    # Our java comes before any other, and there is no jar but the one that is made.
    mkdir bin
    PATH=$PWD/bin:$PATH
    unset COCO_METEOR_JAR PYTHONPATH
    echo >jar
    cat_answer >answer.py
}

# java CODE: what java is from now on. It keeps its arguments in "arguments".
java() {
    printf '#!/bin/bash\nprintf "%%s\\n" "$@" >"%s/arguments"\n%s\n' "$PWD" "$1" >bin/java
    chmod +x bin/java
}

# It answers as the program does: statistics begin with the number of letters of the line; scores are a thousandth of that,
# and that of all is a thousandth of the sum. What it hears is kept in "heard".
cat_answer() {
    cat <<'E'
import sys
pad = " 1.0" * int(sys.argv[1])
heard = open("heard", "a")
for line in sys.stdin:
    heard.write(line)
    heard.flush()
    parts = line.rstrip("\n").split(" ||| ")
    if parts[0] == "SCORE":
        print(f"{len(line) - 1}.0 1.0E-5 3.0{pad}", flush=True)
    else:
        letters = [float(part.split()[0]) for part in parts[1:]]
        print("".join(f"{n / 1000}\n" for n in letters) + f"{sum(letters) / 1000}", flush=True)
E
}
ANSWER='exec python3 answer.py 0'

@test "the protocol, word for word" {
    java "$ANSWER"
    run -0 --separate-stderr coco-eval -q three.jsonl --meteor --meteor-jar ./jar
    [ "$(xargs <arguments)" = "-jar -Xmx2G ./jar - - -stdio -l en -norm" ]
    cat >expected <<'E'
SCORE ||| a cat sits on the mat ||| the cat is on a mat ||| a cat on the mat
SCORE ||| a man riding a wave ||| a man riding
SCORE ||| two dogs play in the snow ||| 
EVAL ||| 76.0 1.0E-5 3.0 ||| 46.0 1.0E-5 3.0 ||| 40.0 1.0E-5 3.0
E
    diff expected heard
    [ "$(jq .METEOR <<<"$output")" = 0.162 ]
    # The other scores are what they are without it.
    [ "$(sed 's/"METEOR":[^,]*,//' <<<"$output")" = "$(cat without)" ]
}

@test "words of the Penn Treebank, where the references are COCO's" {
    java "$ANSWER"
    printf '[{"image_id":1,"caption":"A Cat, (red)!\\r\\n"}]' >results.json
    printf '{"annotations":[{"image_id":1,"caption":"The cat\\u2019s\\rMat."}]}' >refs.json
    COCO_METEOR_JAR=jar coco-eval -q results.json --refs refs.json --meteor >out
    [ "$(head -n 1 heard)" = "SCORE ||| the cat 's mat ||| a cat -lrb- red -rrb-" ]
}

@test "in a table, a list, groups, several files and images by themselves" {
    java "$ANSWER"
    export COCO_METEOR_JAR=jar
    run -0 --separate-stderr coco-eval -q three.jsonl --meteor --table
    [[ "${lines[-1]}" =~ ^METEOR\ +16\.2\ +of\ 100$ ]]
    run -0 --separate-stderr coco-eval -q three.jsonl three.jsonl --meteor --table
    [[ "${lines[0]}" == "Scores times 100: BLEU, ROUGE-L and METEOR out of 100,"* ]]
    [[ "${lines[1]}" == *" CIDEr  METEOR" ]]
    [[ "${lines[3]}" == *" 16.2" ]]
    # A group's is that of its statistics: 40, then 76 + 46.
    run -0 --separate-stderr coco-eval -q three.jsonl --meteor --by split
    [ "$(jq -s -c 'map(.METEOR)' <<<"$output")" = "[0.04,0.122,0.162]" ]
    # An old score of a record is replaced.
    sed 's/^{/{"METEOR":7,/' three.jsonl >old.jsonl
    run -0 --separate-stderr coco-eval -q old.jsonl --meteor --per-image
    [ "$(jq -s -c 'map(.METEOR)' <<<"$output")" = "[0.076,0.046,0.04]" ]
    [ "$(grep -o METEOR <<<"${lines[0]}" | wc -l)" = 1 ]
}

# survives PATTERN [ARGUMENT...]: METEOR fails with that line; the other scores are there, and no process is left.
survives() {
    local pattern=$1
    shift
    run -1 --separate-stderr coco-eval -q three.jsonl --meteor "$@"
    echo "stderr: $stderr"
    grep -v '<UNK>' <<<"$stderr" >lines
    [ "$(wc -l <lines)" = "$(($(coco-eval -q three.jsonl 2>&1 >/dev/null | wc -l) + 1))" ]
    [[ "$(tail -n 1 lines)" =~ ^coco-eval:\ METEOR:\ .*$pattern ]]
    [ "$(jq 'has("METEOR") and .METEOR == null' <<<"$output")" = true ]
    [ "$(sed 's/"METEOR":null,//' <<<"$output")" = "$(cat without)" ]
    # A killed process that nobody has waited for yet is a zombie.
    [ ! -s pid ] || ! ps -o stat= -p "$(cat pid)" | grep -v Z
}

@test "no Java, no jar, no file of that name" {
    java "$ANSWER"
    survives 'absent.jar: No such file' --meteor-jar absent.jar
    COCO_METEOR_JAR=lost.jar survives 'lost.jar: No such file'
    run -1 --separate-stderr env HOME=$PWD PATH=$BUILD:$PWD/bin "$BUILD/coco-eval" -q three.jsonl --meteor
    [[ "$stderr" == *"coco-eval: METEOR: no meteor-1.5.jar: pip install pycocoevalcap, or name the file with --meteor-jar" ]]
    run -1 --separate-stderr env PATH=$BUILD "$BUILD/coco-eval" -q three.jsonl --meteor --meteor-jar jar
    [[ "$stderr" == *"coco-eval: METEOR: java: No such file or directory" && "$output" == *'"METEOR":null'* ]]
    run -1 --separate-stderr env PATH=$BUILD "$BUILD/coco-eval" -q three.jsonl three.jsonl --table --meteor --meteor-jar jar
    [[ "${lines[2]}" == *"  -" ]]
}

@test "a Java that ends at once, in the middle, or by a signal" {
    export COCO_METEOR_JAR=jar
    java 'echo "Error: Unable to access jarfile" >&2; echo "more" >&2; exit 3'
    survives 'java ended early, with status 3: Error: Unable to access jarfile$'
    java 'read -r line; echo 1.0; exit 0'
    survives 'java ended early, with status 0$'
    java 'read -r line; kill -SEGV $$'
    survives 'java was ended by signal 11$'
    # After all statistics: only the scores are missing.
    java 'for i in 1 2 3; do read -r line; echo 1.0; done; read -r line; echo 0.1; exit 1'
    survives 'java ended early, with status 1$'
}

@test "a Java that hangs is killed, with what it started" {
    export COCO_METEOR_JAR=jar
    java 'sleep 1000 & echo $! >pid; wait'
    survives 'java did nothing for 0.5 seconds$' --meteor-timeout 0.5
    java 'echo $$ >pid; read -r line; echo 1.0; exec sleep 1000'
    survives 'java did nothing for 0.5 seconds$' --meteor-timeout 0.5
    # It closes its output and lives on.
    java 'sleep 1000 >&- 2>&- & echo $! >pid; exec >&- 2>&-; wait'
    survives 'java was ended by signal 9$'
}

@test "a Java that answers nonsense" {
    export COCO_METEOR_JAR=jar
    java 'read -r line; echo "Error: specify hypothesis"; for i in 1 2; do read -r line; echo 1; done; read -r line'
    survives "expected numbers: 'Error: specify hypothesis'$"
    java 'for i in 1 2 3; do read -r line; echo 1.0; done; read -r line; printf "0.1\n0.2\nNaN\n0.1\n"; read -r line'
    survives "expected a score: 'NaN'$"
    java 'for i in 1 2 3 4; do echo 1.0; done; cat'
    survives 'java answers more than it was asked$'
    java 'yes'
    survives 'java answers more than it was asked$'
}

@test "standard error without end holds nothing up" {
    java "yes complaint | head -c 1000000 >&2; $ANSWER"
    run -0 --separate-stderr coco-eval -q three.jsonl --meteor --meteor-jar jar
    [ "$(jq .METEOR <<<"$output")" = 0.162 ]
}

@test "a signal ends Java too" {
    java 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000'
    coco-eval -q three.jsonl --meteor --meteor-jar jar 3>&- &
    local pid=$! status=0
    until [ -s pid ]; do sleep 0.05; done
    kill -TERM $pid
    wait $pid || status=$?
    [ $status = 143 ]
    while ps -o stat= -p "$(cat pid)" | grep -qv Z; do sleep 0.05; done
}

@test "pipes that are full on both sides, and several processes: all answers, in order" {
    java 'exec python3 answer.py 1000' # 4 KB for each caption
    jq -n -c 'range(5000) | {image_id: ., caption: "a \(. * .) b", references: ["a b c", "the \(. % 11) is here"]}' >many.jsonl
    coco-eval -q -j3 many.jsonl --meteor --meteor-jar jar --per-image >out
    jq -s -e 'to_entries | all((.value.METEOR * 1000 | round) == ("SCORE ||| a b c ||| the \(.key % 11) is here ||| a \(.key * .key) b" | length))' out
}

@test "a hundred thousand captions" {
    java "$ANSWER"
    jq -n -c 'range(100000) | {image_id: ., caption: "a \(. % 1000) b", references: ["a b c", "the \(. % 11) is here"]}' >many.jsonl
    coco-eval -q -j2 many.jsonl --meteor --meteor-jar jar >two
    coco-eval -q -j1 many.jsonl --meteor --meteor-jar jar >one
    same one two
    jq -e '.captions == 100000 and .METEOR > 1000' one
}

@test "the jar of pip's package is found by itself" {
    java "$ANSWER"
    local package=pycocoevalcap/meteor/meteor-1.5.jar site=env/lib/python3.99/site-packages
    # The signs of a directory's name mean nothing.
    mkdir -p "a[b]*/${package%/*}" env/bin "$site/${package%/*}"
    touch "a[b]*/$package" "$site/$package"
    found() { coco-eval -q three.jsonl --meteor >out 2>&1 && sed -n 3p arguments; }
    PYTHONPATH="/nowhere::$PWD/a[b]*" run -0 found
    [ "$output" = "$PWD/a[b]*/$package" ]
    PATH=$PWD/env/bin:$PATH run -0 found
    [ "$output" = "$PWD/env/bin/../lib/python3.99/site-packages/$package" ]
    COCO_METEOR_JAR=jar PYTHONPATH="$PWD/a[b]*" run -0 found
    [ "$output" = jar ]
}

@test "options that do not go together" {
    fails 2 '--meteor-jar goes with --meteor' coco-eval three.jsonl --meteor-jar jar
    fails 2 '--meteor-timeout goes with --meteor' coco-eval three.jsonl --meteor-timeout 3
    fails 2 '--meteor needs a FILE' coco-eval --refs refs.json --save-df df --meteor
    fails 2 '--meteor-timeout' coco-eval three.jsonl --meteor --meteor-timeout 0
}

@test "the authors' program: COCO's validation captions, one of each image against the others" {
    needs "$COCO_SHARED/data/coco/captions_val2017.json"
    PATH=${PATH#*:}
    local jar=${COCO_TEST_METEOR_JAR:-/nowhere}
    [ -e "$jar" ] || skip "meteor-1.5.jar is not named in COCO_TEST_METEOR_JAR"
    local all=$COCO_SHARED/data/coco/captions_val2017.json
    jq -c '[.annotations | group_by(.image_id)[] | .[0] | {image_id, caption}]' "$all" >first.json
    jq -c '{annotations: [.annotations | group_by(.image_id)[] | .[1:][]]}' "$all" >others.json
    coco-eval -j2 --refs others.json first.json --meteor --meteor-jar "$jar" >out
    grep -F '"METEOR":0.2420960375875178' out
}
