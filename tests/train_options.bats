#!/usr/bin/env bats
# The options of coco-train that the course does not have: the same bits on any number of threads and across stops, and
# nothing of them in the files of runs without them.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

# settings: one line each, which every option is in.
settings() {
    cat <<'END'
--cell lstm --order shuffle --dropout 0.4
--cell gru --dropout 0.1 --label-smoothing 0.1
--cell rnn --precision bf16 --dropout 0.5 --optim sgd
--cell lstm --forget-bias 1 --clip 5 --clip-value 0.1 --weight-decay 0.1 --warmup 5
--optim rmsprop --clip 1 --lr-schedule step --lr-every 2 --warmup 3
--order shuffle --val-every 1 --lr-schedule plateau --lr-every 1 --lr 0.1
--val-every 3i --val-metrics --best-by bleu4 --patience 9 --lr 0.1
--val-every 3i --average 2
--shards 4 --cell lstm --dropout 0.3
END
}

@test "threads: model files are equal with every option" {
    while read -r line; do
        for j in 1 2 4; do
            tiny -d d -o $j.h5 --hidden 37 --wordvec 19 --batch-size 23 --iterations 7 --val-every 1 $line -j $j
        done
        same 1.h5 2.h5 4.h5
    done < <(settings)
}

@test "resume: to the same bytes with every option" {
    mkdir whole part
    while read -r line; do
        tiny -d d -o whole/m.h5 --batch-size 13 --iterations 10 --log whole/log $line
        for k in 0 3 4 9; do
            tiny -d d -o part/m.h5 --batch-size 13 --iterations $k --log part/log $line
            coco-train -q --resume part/m.h5 --iterations 10 --log part/log
            same whole/m.h5 part/m.h5
        done
    done < <(settings)
}

@test "clip: where it clips nothing, the weights are those of a run that does not wait for the whole gradient" {
    for cell in rnn lstm gru "lstm --precision bf16 --dropout 0.3" "gru --inject steps"; do
        options="--cell $cell --hidden 37 --wordvec 19 --batch-size 23 --iterations 7 --weight-decay 0.1"
        tiny -d d -o beside.h5 $options
        tiny -d d -o after.h5 $options --clip 1000000
        h5diff beside.h5 after.h5 /params
    done
}

@test "cosine: resumed after a stop, the same bytes" {
    cosine="-q -d d --hidden 16 --wordvec 8 --batch-size 10 --iterations 400 --lr-schedule cosine --warmup 50 --save-every 1"
    coco-train -o whole.h5 $cosine
    coco-train -o part.h5 $cosine &
    until [ -s part.h5 ] && [ "$(attribute part.h5 /train iteration)" -gt 20 ]; do sleep 0.01; done
    kill -TERM $!
    wait $! || true
    [ "$(attribute part.h5 /train iteration)" -lt 400 ]
    coco-train -q --resume part.h5
    same whole.h5 part.h5
}

@test "the log has the rate of each iteration" {
    tiny -d d -o m.h5 --batch-size 13 --epochs 6 --lr 0.01 --lr-schedule step --lr-every 2 --lr-decay 0.1 --warmup 4 --log log
    jq -c 'select(.event == "iteration") | .lr' log >rates
    per=$(jq -s 'map(select(.event == "iteration" and .epoch == 1)) | length' log)
    for i in $(seq $((6 * per))); do
        jq -n "([1, $i / 4] | min) * 0.01 * pow(0.1; (($i - 1) / $((2 * per))) | floor)"
    done >expected
    paste rates expected | awk '{ if (($1 - $2) > 1e-12 || ($2 - $1) > 1e-12) exit 1 }'
    [ "$(wc -l <rates)" = $((6 * per)) ]
}

@test "plateau: the rate decays at checks that are not better" {
    tiny -d d -o m.h5 --epochs 12 --lr 0.1 --lr-schedule plateau --lr-every 1 --val-every 1 --log log
    jq -s -e 'map(select(.event == "epoch")) | . as $e | [range(1; length)] |
        all(. as $i | ($e[$i].lr < $e[$i-1].lr) == ($e[$i].val_loss >= ($e[:$i] | map(.val_loss) | min)))' log
    jq -s -e 'map(.lr) | min < 0.1' log
}

# --- validations ---

@test "--val-metrics: the scores are coco-eval's of coco-sample's captions" {
    tiny -d d -o m.h5 --cell lstm --lr 0.05 --iterations 30 --val-every 10i --val-max 9 --val-metrics --log log
    coco-sample -q -m m.h5 -d d -n 9 | coco-eval -q - >want
    jq -s -e --slurpfile w want 'map(select(.val_loss))[-1] | .iteration == 30 and .val_bleu4 == $w[0].Bleu_4 and
        .val_rouge_l == $w[0].ROUGE_L and .val_cider == $w[0].CIDEr' log
    jq -s -e 'map(select(.val_loss))[-1] | (.val_perplexity / (.val_word_loss | exp) - 1 | fabs) < 1e-12 and
        .val_word_loss < .val_loss' log
    # The model is that of a run without.
    tiny -d d -o plain.h5 --cell lstm --lr 0.05 --iterations 30
    same_params m.h5 plain.h5
}

@test "--val-every in iterations: inside epochs and at their ends" {
    tiny -d d -o m.h5 --batch-size 13 --epochs 2 --val-every 1i --log log
    jq -s -e 'map(select(.event == "iteration")) as $i | map(select(.val_loss)) |
        length == ($i | length) and map(.iteration) == ($i | map(.iteration)) and
        (map(select(.event == "epoch")) | length) == 2 and (map(select(.event == "validation")) | length) == length - 2' log
    tiny -d d -o m.h5 --batch-size 13 --epochs 2 --val-every 3i --log log
    jq -s -e 'map(select(.val_loss) | .iteration) | all(. % 3 == 0) and length > 1' log
    coco-plot -q log -o loss.png
}

@test "--keep-best: the model of the best validation, also across a stop" {
    for by in loss cider bleu4; do
        options="--lr 0.2 --optim momentum --val-every 2i --val-max 20 --best-by $by --keep-best best.h5 --log log"
        tiny -d d -o m.h5 --iterations 20 $options
        cp best.h5 whole.h5
        key=val_$by
        best=$(jq -s --arg k $key 'map(select(.val_loss)) | if $k == "val_loss" then min_by(.[$k]) else
            (map(.[$k]) | max) as $m | map(select(.[$k] == $m))[0] end | .iteration' log)
        [ "$(attribute best.h5 /train iteration)" = "$best" ]
        tiny -d d -o there.h5 --lr 0.2 --optim momentum --iterations "$best"
        same_params best.h5 there.h5
        tiny -d d -o m.h5 --iterations 7 $options
        coco-train -q --resume m.h5 --iterations 20
        same_params best.h5 whole.h5
        [ "$(attribute best.h5 /train iteration)" = "$best" ]
    done
}

@test "--keep-best: not another run's model, nor the run's own files" {
    tiny -d d -o other.h5 --iterations 1
    cp other.h5 kept.h5
    run -1 --separate-stderr coco-train -q -d d -o m.h5 --hidden 16 --wordvec 8 --iterations 2 --val-every 1i --keep-best other.h5
    [[ $stderr == *"other.h5: holds a model of another run; --force replaces it" ]]
    same other.h5 kept.h5
    [ ! -e m.h5 ]
    for option in "--keep-best m.h5" "--keep-best log --log log"; do
        run -1 --separate-stderr coco-train -q -d d -o m.h5 --hidden 16 --wordvec 8 --iterations 2 --val-every 1i $option
        [[ $stderr == *"--keep-best needs a file of its own" ]]
    done
    run -1 coco-train -q -d d -o m.h5 --hidden 16 --wordvec 8 --iterations 2 --val-every 1i --keep-best no/such.h5
    # The same run again replaces its own.
    for i in 1 2; do
        coco-train -q -d d -o m.h5 --hidden 16 --wordvec 8 --iterations 2 --val-every 1i --keep-best best.h5
    done
}

@test "--patience: ends the run, and a larger one continues it" {
    coco-train -d d -o m.h5 --hidden 16 --wordvec 8 --batch-size 10 --optim sgd --lr 0 --iterations 50 --val-every 2i \
        --patience 3 --log log 2>notes
    [ "$(attribute m.h5 /train iteration)" = 8 ]
    grep -q "ended at iteration 8 of 50: 3 validations without a better one" notes
    jq -s -e '.[-1].event == "done"' log
    coco-train --resume m.h5 2>notes
    grep -q "nothing left to do: the model is at iteration 8, and the run ends at 50; a larger --patience continues" notes
    coco-train -q --resume m.h5 --patience 5
    [ "$(attribute m.h5 /train iteration)" = 12 ]
    coco-train -q --resume m.h5 --patience 0
    [ "$(attribute m.h5 /train iteration)" = 50 ]
}

@test "each option changes what is learned, and is in the file; 0 changes nothing" {
    tiny -d d -o plain.h5 --iterations 4
    for option in dropout label-smoothing clip clip-value weight-decay; do
        tiny -d d -o m.h5 --iterations 4 --$option 0.3
        run ! same_params plain.h5 m.h5
        [ "$(attribute m.h5 /train ${option/-/_})" = 0.3 ]
        tiny -d d -o m.h5 --iterations 4 --$option 0
        same plain.h5 m.h5
    done
    for option in "lr-schedule cosine" "warmup 3"; do
        tiny -d d -o m.h5 --iterations 4 --$option
        run ! same_params plain.h5 m.h5
    done
    tiny -d d -o plain.h5 --cell lstm --iterations 0
    tiny -d d -o m.h5 --cell lstm --iterations 0 --forget-bias 1.5
    h5diff plain.h5 m.h5 /params | grep -q '16 differences'
}
