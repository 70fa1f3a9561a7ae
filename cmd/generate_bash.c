/* generate.h: completion in bash. A word such as --cell=gru is three words there: "--cell", "=" and "gru". */
#include "cmd/generate.h"

#include <stdio.h>

static void print_value(const CliOption *o)
{
    char suffix[VALUE_SUFFIX];
    ValueKind kind = generate_value(o, suffix);
    if (o->kind == CLI_FLAG)
        return;
    printf("    ");
    if (o->letter)
        printf("-%c | ", o->letter);
    printf("--%s) ", o->name);
    switch (kind) {
    case VALUE_NONE:
        break;
    case VALUE_CHOICE:
        printf("mapfile -t COMPREPLY < <(compgen -W '");
        generate_words(o->arg);
        printf("' -- \"$word\") ");
        break;
    case VALUE_FILE:
        if (!*suffix) {
            printf("compopt -o default ");
            break;
        }
        printf(
            "compopt -o filenames -o plusdirs; mapfile -t COMPREPLY < <(compgen -f -X '!*%s' -- \"$word\"; compgen "
            "-W '",
            suffix);
        generate_names(o);
        printf("' -- \"$word\") ");
        break;
    case VALUE_DIRECTORY:
        printf("compopt -o dirnames ");
        break;
    case VALUE_SPLIT:
        printf("mapfile -t COMPREPLY < <(compgen -W \"$(ls -- \"$data\" 2>/dev/null | " GENERATE_SPLITS
               ")\" -- \"$word\") ");
        break;
    }
    puts(";;");
}

static void print_words(const Page *p)
{
    printf("    -*) mapfile -t COMPREPLY < <(compgen -W '");
    for (int i = 0; i < p->n; i++)
        printf("%s--%s", i ? " " : "", p->option[i].name);
    puts("' -- \"$word\") ;;");
}

/* The first word after the name chooses the part, whose function completes the others. */
static void print_dispatch(const Page *p)
{
    puts("    if ((COMP_CWORD > 1)); then\n"
         "        local part=${COMP_WORDS[1]}\n"
         "        declare -F _coco_fetch_\"$part\" >/dev/null || part=cs231n # an archive's URL or file\n"
         "        _coco_fetch_\"$part\"\n"
         "        return\n"
         "    fi\n"
         "    compopt -o default");
    printf("    mapfile -t COMPREPLY < <(compgen -W '");
    generate_part_words(p);
    puts(" --help --version' -- \"${COMP_WORDS[1]}\")\n}");
}

void generate_bash(const Page *p)
{
    if (!p->cli->part)
        printf("# Completion of %s in bash, from '%s --generate bash'.\n", p->name, p->name);
    generate_parts(p);
    printf("_%s()\n{\n", p->word);
    if (p->cli->parts) {
        print_dispatch(p);
    } else {
        puts("    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} "
             "data= operand= i\n"
             "    if [[ $word == = ]]; then word=; elif [[ $option == = ]]; then option=${COMP_WORDS[COMP_CWORD - "
             "2]}; fi\n"
             "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "        case ${COMP_WORDS[i]} in\n"
             "        -d | --data) data=${COMP_WORDS[i + 1]}; [[ $data == = ]] && data=${COMP_WORDS[i + 2]} ;;\n"
             "        *) [[ ! $operand && $(compgen -G \"${COMP_WORDS[i]/#\\~\\//$HOME/}/*vocab.json\") ]] && "
             "operand=${COMP_WORDS[i]} ;;\n"
             "        esac\n"
             "    done\n"
             "    data=${data:-${operand:-data/coco_captioning}}\n"
             "    data=${data/#\\~\\//$HOME/} COMPREPLY=()\n"
             "    case $option in");
        for (int i = 0; i < p->n; i++)
            print_value(&p->option[i]);
        puts("    *) case $word in");
        print_words(p);
        puts("    *) compopt -o default ;;\n    esac ;;\n    esac\n}");
    }
    if (!p->cli->part)
        printf("complete -F _%s %s\n", p->word, p->name);
}
