#!/usr/bin/env bats
# coco-eval: the peers' numbers, its inputs, what it tells, what it refuses.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >three.jsonl <<'E'
{"image_id":1,"caption":"a cat on the mat","references":["a cat sits on the mat","the cat is on a mat","there is a cat on the mat"]}
{"image_id":2,"caption":"a man riding a wave on top of a surfboard","references":["a man riding a wave on a surfboard","a surfer rides a large wave"]}
{"image_id":3,"caption":"a dog in the grass","references":["two dogs play in the snow","dogs running through snow","two brown dogs play outside in the snow"]}
E
    # The same as COCO's own files, in sentences.
    cat >refs.json <<'E'
{"info":{},"images":[{"id":1},{"id":2},{"id":3},{"id":4}],"annotations":[
{"id":9,"image_id":1,"caption":"A cat sits on the mat."},{"id":8,"image_id":2,"caption":"A man riding a wave on a surfboard"},
{"id":7,"image_id":1,"caption":"The cat is on a mat ."},{"id":6,"image_id":3,"caption":"Two dogs play in the snow!"},
{"id":5,"image_id":2,"caption":"A surfer rides a large wave\n"},{"id":4,"image_id":1,"caption":"There is a \"cat\" on the mat"},
{"id":3,"image_id":3,"caption":"Dogs running through snow."},{"id":2,"image_id":3,"caption":"Two brown dogs play outside; in the snow"}]}
E
    jq -s -c '[.[] | {image_id, caption}]' three.jsonl >results.json
}

# near FILTER VALUE TOLERANCE: jq's filter of what $output is.
near() { jq -e "($1) - ($2) | fabs <= $3" <<<"$output" >/dev/null || { echo "$1 is not $2: $output"; return 1; }; }

golden() {
    near .Bleu_1 0.7499999999625001 1e-12
    near .Bleu_2 0.6966305459813311 1e-12
    near .Bleu_3 0.6237228822888263 1e-12
    near .Bleu_4 0.5762860244986935 1e-12
    near .ROUGE_L 0.7197542035052528 1e-12
    near .CIDEr 2.933818756168501 1e-9
    jq -e '.images == 3 and .testlen == 20 and .reflen == 18' <<<"$output"
}

@test "records with their references, from a file and from standard input" {
    run -0 --separate-stderr coco-eval three.jsonl
    golden
    [ "$(wc -l <<<"$output")" = 1 ]
    [ -z "$stderr" ]
    run -0 coco-eval <three.jsonl
    golden
    run -0 coco-eval - <three.jsonl
    golden
}

@test "a results array against annotations, in words of the Penn Treebank" {
    run -0 coco-eval --refs refs.json results.json
    golden
    run -0 coco-eval results.json --refs=refs.json
    golden
    jq '.' results.json >pretty.json # over many lines
    run -0 coco-eval pretty.json --refs refs.json
    golden
    # With --refs a record's own references do not count.
    sed 's/"references":\[.*\]/"references":["x"]/' three.jsonl >other.jsonl
    run -0 coco-eval other.jsonl --refs refs.json
    golden
}

@test "images by themselves: the record as it was, and its scores" {
    echo '{"image_id": 4, "x": {"CIDEr": "}", "y": [1, "\"{"]}, "CIDEr": 7, "n": 1.0e0, "caption": "a b", "references": ["a b"]}' >>three.jsonl
    run -0 coco-eval --per-image three.jsonl
    [ "$(wc -l <<<"$output")" = 4 ]
    jq -s -e '.[0].ROUGE_L - 0.8944281524926685 | fabs < 1e-12' <<<"$output"
    jq -s -e '.[1].references | length == 2' <<<"$output"
    [[ "${lines[3]}" == '{"image_id": 4,"x": {"CIDEr": "}", "y": [1, "\"{"]},"n": 1.0e0,"caption": "a b","references": ["a b"],"Bleu_1":'* ]]
    [ "$(jq -s -c '.[3] | keys_unsorted' <<<"$output")" = '["image_id","x","n","caption","references","Bleu_1","Bleu_2","Bleu_3","Bleu_4","ROUGE_L","CIDEr"]' ]
    # Again over its own output: the same.
    coco-eval --per-image three.jsonl >once
    coco-eval --per-image once >twice
    same once twice
    run -0 coco-eval --per-image --refs refs.json results.json
    jq -s -e '.[2].CIDEr - 0.72342680625948 | fabs < 1e-9' <<<"$output"
}

@test "image_id: 64 bits are distinguished, and strings of digits are numbers" {
    cat >refs64.json <<'EOF'
{"annotations":[{"image_id":9007199254740992,"caption":"a b c d e"},{"image_id":"9007199254740993","caption":"f g h i j"},
 {"image_id":9223372036854775807,"caption":"k l m n o"},{"image_id":139,"caption":"p q r s t"}]}
EOF
    cat >results64.json <<'EOF'
[{"image_id":9007199254740992,"caption":"a b c d e"},{"image_id":9007199254740993,"caption":"f g h i j"},
 {"image_id":"9223372036854775807","caption":"k l m n o"},{"image_id":"000000000139","caption":"p q r s t"}]
EOF
    run -0 --separate-stderr coco-eval results64.json --refs refs64.json
    jq -e '.images == 4 and .captions == 4 and .Bleu_4 > 0.99 and .ROUGE_L == 1' <<<"$output"
    # jq has doubles alone.
    tr -d '\n' <results64.json | sed 's/^\[//; s/\]$//; s/},/}\n/g' >results64.jsonl
    coco-eval results64.jsonl --refs refs64.json >again
    [ "$(cat again)" = "$output" ]
    # What comes out has the digits that went in.
    coco-eval --per-image results64.json --refs refs64.json >scored
    [ "$(grep -oE '"image_id": ?[^,]*' scored | tr -d ' ')" = '"image_id":9007199254740992
"image_id":9007199254740993
"image_id":"9223372036854775807"
"image_id":"000000000139"' ]
}

@test "a human-readable table" {
    run -0 coco-eval --table three.jsonl
    [[ "$output" == *"BLEU-4          57.6"* ]]
    [[ "$output" == *"CIDEr          293.4"* ]]
}

@test "the same for any number of threads" {
    for i in $(seq 1500); do # words, n-grams and whole captions, old and new, in several chunks of lines
        echo "{\"image_id\":$i,\"caption\":\"a $((i % 7)) b $((i % 3)) c $((i % 130))\",\"references\":[\"a $((i % 5)) b\",\"b $((i % 3)) c $i 3/4\"]}"
    done >many.jsonl
    coco-eval -j1 many.jsonl >one
    coco-eval -j2 many.jsonl >two
    coco-eval -j7 many.jsonl >seven
    same one two seven
    coco-eval -j1 --per-image many.jsonl >one
    coco-eval -j3 --per-image many.jsonl >three
    same one three
}

@test "special tokens are not words, but <UNK> is to the COCO tools" {
    echo '{"image_id":1,"caption":"<START> a <UNK> b <END>","references":["a <END> b <NULL>"]}' >x.jsonl
    for tokenizer in none ptb; do
        run -0 --separate-stderr coco-eval --tokenizer $tokenizer x.jsonl
        jq -e '.testlen == 3 and .reflen == 2 and .ROUGE_L < 1' <<<"$output"
        [[ "$stderr" == *"<UNK>, in 1 of the captions and references, counts as a word"*"--drop-unk"* ]]
        run -0 --separate-stderr coco-eval --tokenizer $tokenizer --drop-unk x.jsonl
        jq -e '.testlen == 2 and .reflen == 2 and .ROUGE_L == 1' <<<"$output"
        [[ "$stderr" != *"<UNK>"* ]]
    done
    run -0 --separate-stderr coco-eval --tokenizer clean x.jsonl
    jq -e '.testlen == 2 and .reflen == 2 and .ROUGE_L == 1' <<<"$output"
    [[ "$stderr" != *"<UNK>"* ]]
}

@test "tokenizers" {
    echo '{"image_id":1,"caption":"A grey (big) dog.","references":["a gray big dog"]}' >x.jsonl
    run -0 --separate-stderr coco-eval x.jsonl
    jq -e '.testlen == 4 and .ROUGE_L == 0' <<<"$output"
    run -0 --separate-stderr coco-eval --tokenizer ptb x.jsonl
    jq -e '.testlen == 6 and .Bleu_1 < 1' <<<"$output"
    run -0 --separate-stderr coco-eval --tokenizer clean --american x.jsonl
    jq -e '.testlen == 4 and .ROUGE_L == 1' <<<"$output"
    run -0 --separate-stderr coco-eval --tokenizer clean x.jsonl
    jq -e '.ROUGE_L < 1' <<<"$output"
    local default=$output
    run -0 --separate-stderr coco-eval --tokenizer clean --british x.jsonl # what once had to be asked for
    [ "$output" = "$default" ]
}

@test "every digit of the peers', where words depend on the next caption and hold spaces" {
    cat >odd.jsonl <<'E'
{"image_id":1,"caption":"A corner of 23 3/4 St.","references":["Corner of 23 3/4 St","The corner of 23 <UNK>"]}
{"image_id":2,"caption":"A 5 7/8 inch pipe :)","references":["A pipe of 7/8 inch","A sign that reads K."]}
{"image_id":3,"caption":"A sign that reads K.","references":["Two signs read K","The sign that reads K."]}
{"image_id":4,"caption":"Two dogs <UNK> on no.","references":["A dog says no.","5 grey dogs gonna sleep (deep) :)"]}
{"image_id":5,"caption":"9 grey dogs gonna sleep :)","references":["A dog's sleep [deep] :)"]}
E
    run -0 --separate-stderr coco-eval --tokenizer ptb odd.jsonl
    local bleu='"Bleu_1":0.517241379292509,"Bleu_2":0.3595974761003466,"Bleu_3":0.2733172072831139,"Bleu_4":0.1954196458770913'
    [[ "$output" == *"$bleu,\"ROUGE_L\":0.434112423422483,"* ]]
    near .CIDEr 1.5358918868704616 1e-9
}

@test "it tells what the COCO tools leave to find out" {
    run -0 --separate-stderr coco-eval <<<"$(head -n 1 three.jsonl)"
    jq -e '.CIDEr == 0' <<<"$output"
    [[ "$stderr" == *"CIDEr is 0 on one image"* ]]
    [ "$(wc -l <<<"$stderr")" = 1 ]
    run -0 --separate-stderr coco-eval - <<<"$(cat three.jsonl; head -n 1 three.jsonl)"
    [[ "$stderr" == "coco-eval: 1 image with several captions"* ]]
    jq -e '.images == 3 and .captions == 4 and .distinct == 3' <<<"$output"
    run -0 --separate-stderr coco-eval --refs refs.json <<<"$(head -n 2 three.jsonl)"
    [[ "$stderr" == *"1 annotated image without a caption"* ]]
    run -0 --separate-stderr coco-eval --tokenizer ptb <<<'{"image_id":1,"caption":"a\rb","references":["a b"]}'
    [[ "$stderr" == *"line breaks inside 1 caption "* ]]
}

@test "images that the annotations lack" {
    echo '{"image_id":77,"caption":"a b"}' >>three.jsonl
    fails 1 "refs.json: no references for image 77; --allow-missing" coco-eval --refs refs.json three.jsonl
    echo '{"image_id":78,"caption":"a b"}' >>three.jsonl
    fails 1 "no references for image 77 and 1 others" coco-eval --refs refs.json three.jsonl
    run -0 --separate-stderr coco-eval --refs refs.json --allow-missing three.jsonl
    golden
    [[ "$stderr" == *"2 images without references left out, the first of them 77"* ]]
    # Records bring their own, some images none: these are reported, and pass --per-image unchanged.
    run -0 --separate-stderr coco-eval three.jsonl
    golden
    [[ "$stderr" == *"2 images without references"* ]]
    run -0 --separate-stderr coco-eval --per-image three.jsonl
    [ "${lines[4]}" = '{"image_id":78,"caption":"a b"}' ]
    fails 1 "no caption has references" coco-eval results.json
}

@test "rows of two splits are two images" {
    sed 's/^{"image_id":[0-9]*/{"image_id":1/' three.jsonl | jq -c '.split = (input_line_number | tostring)' >splits.jsonl
    run -0 --separate-stderr coco-eval splits.jsonl
    golden
}

@test "document frequencies of a corpus" {
    coco-eval --refs refs.json --save-df df.jsonl
    [ "$(head -n 1 df.jsonl)" = '{"format":"coco-df","version":1,"images":3,"tokenizer":"ptb","american":false}' ]
    [ "$(sed -n 2p df.jsonl)" = '{"ngram":"a","df":2}' ]
    run -0 coco-eval --refs refs.json --df df.jsonl results.json
    golden
    # One image of it has the CIDEr that it has among all.
    run -0 --separate-stderr coco-eval --tokenizer ptb --df df.jsonl <<<"$(head -n 1 three.jsonl)"
    near .CIDEr 4.564589224855084 1e-9
    [ -z "$stderr" ]
    # Of records: --save-df beside the scores.
    run -0 coco-eval three.jsonl --save-df own.jsonl
    golden
    run -0 coco-eval three.jsonl --df own.jsonl
    golden
    fails 1 'df.jsonl: line 1: was made with --tokenizer ptb, not none' coco-eval three.jsonl --df df.jsonl
    fails 1 'df.jsonl: line 1: was made without --american' coco-eval --refs refs.json results.json --american --df df.jsonl
    # Older files said whether --british was given.
    sed -i 's/"american":false/"british":false/' df.jsonl own.jsonl
    fails 1 'df.jsonl: line 1: was made with --american' coco-eval --refs refs.json results.json --df df.jsonl
    run -0 coco-eval --refs refs.json results.json --american --df df.jsonl
    golden
    run -0 coco-eval three.jsonl --df own.jsonl
    golden
}

@test "bad document frequencies" {
    echo '{"annotations":[]}' >none.json
    fails 1 'none.json: no captions' coco-eval --refs none.json --save-df x
    [ ! -e x ]
    local head='{"format":"coco-df","version":1,"images":3,"tokenizer":"none","american":false}'
    bad() { printf '%s\n' "$2" >bad.df; fails 1 "bad.df: $1" coco-eval three.jsonl --df bad.df; }
    bad 'line 1: not a file of document frequencies' '{"a":1}'
    bad 'line 1: version 2 is not supported' '{"format":"coco-df","version":2}'
    bad 'line 1: no "images"' '{"format":"coco-df","version":1,"tokenizer":"none"}'
    bad 'line 1: not JSON' 'x'
    bad 'line 2: "df": 4 is not from 1 to 3' "$head"$'\n{"ngram":"a","df":4}'
    bad 'line 2: no "ngram"' "$head"$'\n{"df":2}'
    bad 'line 2: "ngram": expected 1 to 4 words' "$head"$'\n{"ngram":"a b c d e","df":2}'
    bad 'line 2: "ngram": expected 1 to 4 words' "$head"$'\n{"ngram":"","df":2}'
    : >bad.df
    fails 1 'bad.df: empty' coco-eval three.jsonl --df bad.df
}

@test "how many captions are new, and how many the same" {
    dataset data
    coco-fetch show data --split train -n 4 >seen.jsonl
    run -0 --separate-stderr coco-eval seen.jsonl --train data
    jq -e '.novel == 0' <<<"$output"
    { cat seen.jsonl; cat three.jsonl three.jsonl | sed 's/"image_id":/&1000/'; } >mixed.jsonl
    run -0 --separate-stderr coco-eval mixed.jsonl --train data
    jq -e '.novel == 0.6 and .distinct <= 7' <<<"$output"
    fails 1 'nowhere' coco-eval three.jsonl --train nowhere
}

@test "a model's captions through a pipe" {
    dataset data
    tiny -d data -o model.h5 --iterations 3
    run -0 --separate-stderr bash -c 'coco-sample -m model.h5 -d data | coco-eval'
    jq -e '.images > 0 and .Bleu_4 >= 0 and .Bleu_4 <= 1 and .CIDEr >= 0' <<<"$output"
}

@test "hostile input is one line and a status" {
    bad() { printf "$2" >bad; fails 1 "bad: $1" coco-eval bad; }
    bad 'no captions' ''
    bad 'line 1: not JSON' '{"image_id":1,"caption":"a'
    bad 'line 2: not JSON: it ends early' '{"image_id":1,"caption":"a","references":["a"]}\n{"image_id":'
    bad 'line 1: not UTF-8' '{"image_id":1,"caption":"\377"}'
    bad 'line 1: no "caption"' '{"image_id":1}'
    bad 'line 1: no "image_id"' '{"caption":"a"}'
    bad 'line 1: "image_id": not a whole number' '{"image_id":1.5,"caption":"a"}'
    bad "line 1: \"image_id\": '1.jpg' is not a whole number" '{"image_id":"1.jpg","caption":"a"}'
    bad 'line 1: "image_id": 1.* is too large' '{"image_id":1e300,"caption":"a"}'
    bad 'line 1: "image_id": 9223372036854775808 is too large' '{"image_id":9223372036854775808,"caption":"a"}'
    bad "element 1: \"image_id\": '9223372036854775808' is too large" '[{"image_id":"9223372036854775808","caption":"a"}]'
    bad 'line 1: not UTF-8: a BOM says that it is UTF-16' '\377\376{\0'
    bad 'line 1: "image_id": -1 is below 0' '{"image_id":-1,"caption":"a"}'
    bad 'line 1: "caption": not a string' '{"image_id":1,"caption":["a"]}'
    bad 'line 1: "references": element 1 is not a string' '{"image_id":1,"caption":"a","references":[1]}'
    bad 'line 1: "references": not a list' '{"image_id":1,"caption":"a","references":{"a":1}}'
    bad 'line 1: not a JSON object' '7'
    bad 'element 1: not a JSON object' '[7]'
    bad 'element 2: no "caption"' '[{"image_id":1,"caption":"a"},{"image_id":1}]'
    bad 'not JSON' '[{"image_id":1,"caption":"a"}'
    bad 'not JSON' '[{"image_id":1,"caption":"a"}] x'
    bad 'line 1: not JSON: NUL' '{"image_id":1,"caption":"\\u0000"}'
    # Of equal keys the last counts.
    run -0 --separate-stderr coco-eval <<<'{"image_id":1,"caption":"x","caption":"a","references":["x"],"references":["a"]}'
    jq -e '.ROUGE_L == 1' <<<"$output"
}

@test "of several bad lines the first is told, by its number, blank lines counted" {
    { for i in $(seq 700); do echo '{"image_id":'$i',"caption":"a","references":["a"]}'; done; } >good
    sed '3s/$/\n\n/; 700s/"a"/7/; 301s/"caption"/"text"/' good >bad
    for threads in 1 5; do
        fails 1 'bad: line 303: no "caption"' coco-eval -j $threads bad
    done
    { sed 's/"a"/"a b"/' good; head -c 17000000 /dev/zero | tr '\0' ' '; echo x; echo 7; } >long
    fails 1 'long: line 701: longer than 16 MiB' coco-eval long
}

@test "deep nesting, long captions, long lines" {
    { printf '{"image_id":1,"caption":"a","x":'; printf '[%.0s' $(seq 100000); } >deep
    fails 1 'deep: line 1: not JSON' coco-eval deep
    { printf '['; printf '[%.0s' $(seq 100000); } >deep
    fails 1 'deep: not JSON' coco-eval deep
    { printf '{"image_id":1,"references":["a"],"caption":"'; printf 'a %.0s' $(seq 10001); echo '"}'; } >long
    fails 1 'long: line 1: the caption has more than 10000 words' coco-eval long
    { printf '{"image_id":1,"caption":"'; head -c 100000000 /dev/zero | tr '\0' a; echo '"}'; } >huge
    fails 1 'huge: line 1: longer than 16 MiB' coco-eval huge
    { printf '[{"image_id":1,"caption":"'; head -c 100000000 /dev/zero | tr '\0' a; echo '"}'; } >huge
    fails 1 'huge: not JSON' coco-eval huge
}

@test "bad annotations" {
    bad() { printf "$2" >bad.json; fails 1 "bad.json: $1" coco-eval results.json --refs bad.json; }
    bad 'not JSON: empty' ''
    bad 'not JSON' '{"annotations":[{'
    bad 'no "annotations"' '{"images":[]}'
    bad 'not a JSON object' '[{"image_id":1,"caption":"a"}]'
    bad '"annotations": not a list' '{"annotations":7}'
    bad 'annotation 1: not an object' '{"annotations":[7]}'
    bad 'annotation 2: no "caption"' '{"annotations":[{"image_id":1,"caption":"a"},{"image_id":1}]}'
    bad 'annotation 1: "image_id": 99999999999999999999 is too large' '{"annotations":[{"image_id":99999999999999999999,"caption":"a"}]}'
    bad 'annotation 1: "image_id": not a whole number' '{"annotations":[{"image_id":1.5,"caption":"a"}]}'
    fails 1 'nowhere.json: No such file' coco-eval results.json --refs nowhere.json
}

@test "usage" {
    fails 2 '-: standard input was given twice' coco-eval - a -
    fails 2 '--save-df takes one FILE' coco-eval --save-df x a b
    fails 2 'b: --per-image scores one FILE' coco-eval --per-image a b
    fails 2 'exclude each other' coco-eval --per-image --stats a
    fails 2 'exclude each other' coco-eval --per-image --by split a
    fails 2 'compares two FILEs or more' coco-eval --significance a
    fails 2 '--resamples goes with --significance' coco-eval --resamples 100 a b
    fails 2 '--seed goes with --significance' coco-eval --seed 7 a b
    fails 2 'resamples' coco-eval --significance --resamples 10 a b
    fails 2 'seed' coco-eval --significance --seed -1 a b
    fails 2 'exclude each other' coco-eval --table --per-image a
    fails 2 'goes with --refs' coco-eval --allow-missing a
    fails 2 'goes with --tokenizer' coco-eval --american a
    fails 2 'exclude each other' coco-eval --american --british --tokenizer ptb a
    fails 2 'standard output is for the scores' coco-eval --save-df - a
    fails 2 'tokenizer' coco-eval --tokenizer java a
    fails 1 'nowhere: No such file' coco-eval nowhere
}

@test "a signal ends it at once, also while it waits for input" {
    mkfifo pipe
    coco-eval pipe 3>&- &
    local pid=$!
    exec 4>pipe # it has opened its end
    kill -TERM $pid
    local status=0
    wait $pid || status=$?
    exec 4>&-
    [ $status = 143 ]
}

@test "standard output that is full or gone" {
    run -1 bash -c 'coco-eval three.jsonl >/dev/full'
    [[ "$output" == "coco-eval: "*"No space left on device" ]]
    for i in $(seq 2000); do sed "s/:[123],/:$i,/" three.jsonl; done >many.jsonl
    run bash -c 'coco-eval -q --per-image many.jsonl 2>/dev/null | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}'
    [ "$output" = 141 ]
}

@test "COCO's validation captions: one of each image against the others" {
    needs "$COCO_SHARED/data/coco/captions_val2017.json"
    local all=$COCO_SHARED/data/coco/captions_val2017.json
    jq -c '[.annotations | group_by(.image_id)[] | .[0] | {image_id, caption}]' "$all" >first.json
    jq -c '{annotations: [.annotations | group_by(.image_id)[] | .[1:][]]}' "$all" >others.json
    coco-eval -j1 --refs others.json first.json >one
    coco-eval -j2 --refs others.json first.json >two
    same one two
    # What pycocoevalcap prints.
    local bleu='"Bleu_1":0.6344705701552054,"Bleu_2":0.4373799065113723,"Bleu_3":0.29412868702985323,"Bleu_4":0.19553851792504892'
    grep -F "$bleu,\"ROUGE_L\":0.4717583581954499," one
    jq -e '.images == 5000 and (.CIDEr - 0.886544201761606 | fabs < 1e-9)' one
}

@test "somebody else's results, of which the annotations have some" {
    local dir=$COCO_SHARED/data/coco
    needs "$dir/captions_val2017.json" "$dir/captions_val2014_fakecap_results.json"
    fails 1 'no references for image .* others' coco-eval "$dir/captions_val2014_fakecap_results.json" --refs "$dir/captions_val2017.json"
    run -0 --separate-stderr coco-eval "$dir/captions_val2014_fakecap_results.json" --refs "$dir/captions_val2017.json" --allow-missing
    # All 1000 of these score BLEU-1 0.579, ROUGE-L 0.396 and CIDEr 0.600 with the peers' own tools.
    jq -e '.images == 126 and (.Bleu_1 - 0.579 | fabs < 0.03) and (.ROUGE_L - 0.396 | fabs < 0.03) and (.CIDEr - 0.6 | fabs < 0.1)' <<<"$output"
}

@test "METEOR_lite: on request alone, in every form, and the same for any number of threads" {
    coco-eval -q three.jsonl >usual
    run ! grep -i meteor usual
    run -0 --separate-stderr coco-eval -q three.jsonl --meteor-lite
    [ "$(sed 's/"METEOR_lite":[^,]*,//' <<<"$output")" = "$(cat usual)" ]
    jq -e '.METEOR_lite > 0 and .METEOR_lite < 1 and (has("METEOR") | not)' <<<"$output"
    [ "$(coco-eval -q -j1 three.jsonl --meteor-lite)" = "$output" ]
    coco-eval -q --table three.jsonl --meteor-lite | grep -E '^METEOR-lite +[0-9.]+ +of 100$'
    coco-eval -q --table three.jsonl three.jsonl --meteor-lite --significance >table
    grep -E 'CIDEr +METEOR-lite$' table
    grep -E 'METEOR-lite +\+0.00' table
    coco-eval -q --per-image three.jsonl --meteor-lite | jq -es 'all(.METEOR_lite >= 0)'
    # Equal stems count, other words do not.
    printf '{"image_id":1,"caption":"%s","references":["a dog runs"]}\n' "a dog running" >stem.jsonl
    printf '{"image_id":1,"caption":"%s","references":["a dog runs"]}\n' "a dog sleeping" >other.jsonl
    [ "$(coco-eval -q stem.jsonl other.jsonl --meteor-lite | jq -s '.[0].METEOR_lite > .[1].METEOR_lite')" = true ]
}

@test "METEOR_lite of COCO's validation captions" {
    needs "$COCO_SHARED/data/coco/captions_val2017.json"
    local all=$COCO_SHARED/data/coco/captions_val2017.json
    jq -c '[.annotations | group_by(.image_id)[] | .[0] | {image_id, caption}]' "$all" >first.json
    jq -c '{annotations: [.annotations | group_by(.image_id)[] | .[1:][]]}' "$all" >others.json
    coco-eval -q --refs others.json first.json --meteor-lite | jq -e '.METEOR_lite - 0.22813 | fabs < 1e-5'
}
