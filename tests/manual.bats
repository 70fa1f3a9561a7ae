#!/usr/bin/env bats
# The manual pages and the completion in the shells, which come from the option tables.

load support/common
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    BUILD=$BUILD "$ROOT/scripts/manuals" share
    coco-fetch shapes -q -o data --train 10 --val 5
    touch model.h5 net.onnx other.txt
}

setup() { cd "$BATS_FILE_TMPDIR"; }

# each: every command, and every part of one, a line each.
each() {
    basename -a -s .1 share/man/man1/* | sed 's/^coco-fetch-/coco-fetch /'
}

# options COMMAND: the long options of its help, a line each.
options() {
    $1 --help | sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p'
}

# shows LINE WORD...: Tab after LINE in $shell shows the words.
shows() {
    local line=$1 shown word
    shift
    shown=$(python3 "$ROOT/tests/support/complete.py" "$shell" "$folder" "$line")
    for word; do
        grep -qw -- "$word" <<<"$shown" || { echo "$shell: $line: no $word in: $shown"; return 1; }
    done
}

@test "mandoc finds nothing to say about any page" {
    needs_program mandoc
    run -0 mandoc -T lint share/man/man1/* share/man/man7/*
    [ -z "$output" ]
}

@test "the NAME of each page is a whole phrase" {
    local page
    for page in share/man/man1/*; do
        sed -n '/^\.SH NAME/,/^\.SH SYN/{/^\.SH/!p}' "$page" | tr '\n' ' ' >name
        echo "$(cat name)"
        grep -q '[A-Za-z0-9)] $' name
        [ "$(tr -dc '(' <name | wc -c)" = "$(tr -dc ')' <name | wc -c)" ]
    done
    rm name
}

@test "page, help and completion of each command have the same options" {
    [ "$(each | wc -l)" -ge 16 ]
    each | while IFS= read -r command; do
        local page=share/man/man1/${command// /-}.1 function=_${command//[ -]/_} name=${command%% *}
        options "$command" >help
        [ -s help ]
        sed -n 's/^.*\\fB\\-\\-\([a-z0-9\\-]*\)\\fR.*/\1/p' "$page" | tr -d '\\' | diff help -
        [[ $command = coco-fetch ]] && continue # its completion is that of its parts
        sed -n "/^$function()/,/^}/p" "share/bash-completion/completions/$name" |
            sed -n "s/^    -\*) .*-W '\(.*\)' -- .*/\1/p" | tr ' ' '\n' | sed 's/^--//' | diff help -
        sed -n "/^$function()/,/^}/p" "share/zsh/site-functions/_$name" |
            sed -n "s/^        '[^[]*--\([a-z0-9-]*\)[=}[].*/\1/p" | diff help -
        local part=${command#"$name"} at='-n'
        sed -n "s/^complete -c $name${part:+ -n '__fish_seen_subcommand_from$part'}\( -s .\)\? -l \([a-z0-9-]*\) .*/\2/p" \
            "share/fish/vendor_completions.d/$name.fish" | diff help -
    done
}

@test "prose and options of help fit into 80 columns" {
    each | while IFS= read -r command; do
        # Usage lines, examples and pictures of records, which stay as they are, begin with blanks.
        $command --help | sed '1,/^$/d; /^Examples:/,$d' | grep -v '^  [^ -]' | awk 'length > 78' >wide
        [ ! -s wide ] || { echo "$command:"; cat wide; return 1; }
    done
    coco-eval --help | grep -q '(default 1000)$' # in one piece
    rm wide
}

@test "a help says an option's default once" {
    each | while IFS= read -r command; do
        $command --help | awk -v command="$command" '
            function check() {
                if (gsub(/\(default|without +this +option/, "&", text) > 1) { print command ": " text; bad = 1 }
                text = ""
            }
            /^ +(-., )?--[a-z]/ || !NF { check() }
            { text = text " " $0 }
            END { check(); exit bad }'
    done
}

@test "a page says the defaults, but not how many processors made it" {
    grep -A2 'fB.-.-hidden' share/man/man1/coco-train.1 | grep -q '(default 512)'
    [ -z "$(sed -n '/threads/,/^\.TP/p' share/man/man1/coco-train.1 | grep default)" ]
    BUILD=$BUILD "$ROOT/scripts/manuals" again
    OMP_NUM_THREADS=7 coco-train --generate man | cmp - share/man/man1/coco-train.1
    diff -r share again
}

@test "bash completes options, choices, files by suffix and the splits of the dataset on the line" {
    shell=bash folder=share/bash-completion/completions
    [ "$(head -n 1 $folder/coco-train)" = "# Completion of coco-train in bash, from 'coco-train --generate bash'." ]
    shows 'coco-train --lab' --label-smoothing
    shows 'coco-train --cell ' rnn lstm gru
    shows 'coco-train --cell=l' lstm
    shows 'coco-sample -m m' model.h5
    run ! shows 'coco-sample -m ' other.txt
    shows 'coco-sample -d data --split ' train val
    shows 'coco-fetch show data --split ' train val
    shows 'coco-sample --data=data --split v' val
    shows 'coco-features --cnn ' mobilenetv2 net.onnx
    shows 'coco-features --cnn mob' mobilenetv2
    shows 'coco-fetch sha' shapes
    shows 'coco-fetch images --retry' --retry-failed
    shows 'coco-fetch some.zip --sha' --sha256
}

@test "zsh does so as well" {
    needs_program zsh
    shell=zsh folder=share/zsh/site-functions
    shows 'coco-train --lab' --label-smoothing
    shows 'coco-train --cell ' rnn lstm gru
    shows 'coco-train --cell=l' lstm
    shows 'coco-sample -m m' model.h5
    shows 'coco-sample -d data --split ' train val
    shows 'coco-fetch show data --split ' train val
    shows 'coco-features --cnn ' mobilenetv2 net.onnx
    shows 'coco-features --cnn mob' mobilenetv2
    shows 'coco-fetch sha' shapes
    shows 'coco-fetch images --retry' --retry-failed
    shows 'coco-fetch some.zip --sha' --sha256
}

# fish_shows LINE WORD...
fish_shows() {
    local line=$1 shown word
    shift
    shown=$(fish --no-config -c "source share/fish/vendor_completions.d/${line%% *}.fish; complete -C '$line'")
    for word; do
        grep -qw -- "$word" <<<"$shown" || { echo "fish: $line: no $word in: $shown"; return 1; }
    done
}

@test "and so does fish" {
    needs_program fish
    export HOME=$PWD
    fish_shows 'coco-train --lab' --label-smoothing
    fish_shows 'coco-train --cell ' rnn lstm gru
    fish_shows 'coco-sample -m m' model.h5
    fish_shows 'coco-sample -d data --split ' train val
    fish_shows 'coco-fetch show data --split ' train val
    fish_shows 'coco-features --cnn ' mobilenetv2 net.onnx
    fish_shows 'coco-features --cnn mob' mobilenetv2
    fish_shows 'coco-fetch sha' shapes
    fish_shows 'coco-fetch images --retry' --retry-failed
}

@test "--generate without a kind, or with another, is a usage error" {
    run -2 coco-train --generate
    run -2 coco-train --generate tcsh
    [[ $output = *"man|bash|zsh|fish"* ]]
}

# explains SCRIPT: its text has what answers --help. One without would do its work, such as installing packages.
explains() {
    case $(head -n 1 "$1") in
        *python3) grep -qE 'ArgumentParser|"--help"' "$1" ;;
        *) grep -qE '^\. .*/help"$|^case .* in 1:-h \| 1:--help\)$' "$1" ;;
    esac || { echo "$1 does not know --help"; return 1; }
}

@test "scripts explain themselves with --help, and do nothing else" {
    local script said
    mkdir -p "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    ln -s "$ROOT/scripts" .
    for script in $(find scripts/ -type f -perm -100); do
        explains "$script"
        said=$(timeout 10 $script --help </dev/null 2>&1) || { echo "$script: $said"; return 1; }
        [ "$(wc -w <<<"$said")" -ge 12 ] || { echo "$script says: $said"; return 1; }
    done
    [ "$(echo *)" = scripts ]
}
