#include "pipeline/prepare/prepare.h"

#include "io/captions/captions.h"
#include "io/file/outdir.h"
#include "io/hdf5/h5.h"
#include "pipeline/common/plural.h"
#include "pipeline/dataset/dataset_names.h"
#include "pipeline/prepare/caption_set.h"
#include "pipeline/prepare/feature_set.h"
#include "pipeline/prepare/from_dataset.h"
#include "pipeline/prepare/pca_from.h"
#include "pipeline/prepare/picture_files.h"
#include "pipeline/prepare/pieces.h"
#include "pipeline/prepare/prepare_files.h"
#include "pipeline/prepare/word_numbers.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_COUNT = 5, MAX_WORDS = 20 };

/* One run. */
typedef struct {
    const PrepareOptions *options;
    const Report *report;
    CaptionSet captions;
    FeatureSet features;
    WordNumbers words;
    Origin pca_from;
    Prepared prepared;
} Prepare;

/* --- reading --- */

static int read_captions(Prepare *p, Err *err)
{
    const PrepareOptions *o = p->options;
    CaptionSink sink = caption_set_sink(&p->captions);
    for (int i = 0; i < o->n_captions && !report_stop(p->report); i++) {
        const char *path = o->captions[i], *format;
        int64_t captions = p->captions.n;
        int32_t images = hash_count(p->captions.names);
        report_wait(p->report, true);
        int rc = captions_read(path, &sink, &format, err);
        report_wait(p->report, false);
        if (rc)
            return -1;
        captions = p->captions.n - captions;
        images = hash_count(p->captions.names) - images;
        report_note(p->report, "%s: %s: %lld caption%s, %d image%s", strcmp(path, "-") ? path : "standard input",
                    format, (long long)captions, plural(captions), images, plural(images));
    }
    return 0;
}

static int read_sources(Prepare *p, Err *err)
{
    const PrepareOptions *o = p->options;
    int64_t max_words = o->max_words ? o->max_words : o->from ? INT32_MAX - 2 : MAX_WORDS;
    if (caption_set_init(&p->captions, tokenizer_at(o->tokenizer), (int)max_words, p->report, err) ||
        feature_set_init(&p->features, err))
        return -1;
    p->captions.characters = o->characters || o->pieces;
    for (int i = 0; i < o->n_features; i++)
        if (feature_set_add(&p->features, o->features[i], err))
            return -1;
    if (o->n_features && feature_set_read_names(&p->features, o->names, o->n_names, err))
        return -1;
    int rc = o->from ? from_dataset(&p->captions, o->n_features ? NULL : &p->features, o->from, err)
                     : read_captions(p, err);
    if (rc == 0 && p->captions.n == 0)
        rc = err_set(err, "%s: no captions", o->from ? o->from : o->captions[0]);
    return rc;
}

/* --- joining --- */

/* Gives images their rows. Returns how many have one; *missed: the first image that has none, or NULL. */
static int64_t find_rows(Prepare *p, const NameIndex *images, const char **missed)
{
    CaptionSet *set = &p->captions;
    int64_t found = 0, described = 0;
    *missed = NULL;
    for (int32_t i = 0; i < hash_count(set->names); i++) {
        const char *name = caption_set_name(set, i);
        if (set->image[i].captions == 0)
            continue;
        described++;
        int64_t row = name_index_find(&p->features.names, name, images);
        found += row >= 0;
        set->image[i].row = row >= 0 ? row : NO_ROW;
        if (row < 0) {
            left_out_add(&set->left, row == NAME_SEVERAL ? LEFT_SEVERAL_ROWS : LEFT_FEATURELESS, name);
            *missed = *missed ? *missed : name;
        }
    }
    if (described > found)
        report_note(p->report, "%lld of %lld images have features", (long long)found, (long long)described);
    if (p->features.rows > found)
        report_note(p->report, "%lld of %lld rows of features have no captions",
                    (long long)(p->features.rows - found), (long long)p->features.rows);
    return found;
}

/* Why no image has features. */
static int say_none(const Prepare *p, const char *missed, Err *err)
{
    if (!missed)
        return err_set(err, "no caption is left");
    if (p->captions.left.n[LEFT_FEATURELESS] == 0)
        return err_set(err, "no image has features: several rows have the name '%s'", missed);
    return err_set(err, "no image has features: the captions name '%s', the features '%s'", missed,
                   name_index_any(&p->features.names));
}

/* Without features all images stay: whoever makes features later takes them from the dataset's lists. */
static void keep_all(CaptionSet *set)
{
    for (int32_t i = 0; i < hash_count(set->names); i++)
        if (set->image[i].captions)
            set->image[i].row = 0;
}

static int join_features(Prepare *p, Err *err)
{
    if (p->features.n == 0) {
        keep_all(&p->captions);
        return 0;
    }
    NameIndex images;
    const char *missed;
    int rc = caption_set_index(&p->captions, &images, err);
    if (rc == 0 && find_rows(p, &images, &missed) == 0)
        rc = say_none(p, missed, err);
    name_index_free(&images);
    return rc;
}

/* --- words --- */

static bool is_sayable(const Prepare *p, const PreparedCaption *c)
{
    for (int32_t t = 0; t < c->n; t++)
        if (p->words.number[p->captions.word_of[c->words + (size_t)t]] < 0)
            return false;
    return true;
}

/* A vocabulary without <UNK> cannot say all captions. */
static void drop_unsayable(Prepare *p)
{
    CaptionSet *set = &p->captions;
    int64_t kept = 0;
    for (int64_t i = 0; i < set->n; i++) {
        const PreparedCaption c = set->caption[i];
        if (is_sayable(p, &c)) {
            set->caption[kept++] = c;
        } else {
            set->image[c.image].captions--;
            left_out_add(&set->left, LEFT_UNKNOWN, caption_set_name(set, c.image));
        }
    }
    set->n = kept;
}

static const char *noun(const Prepare *p)
{
    return p->options->pieces ? "pieces" : p->options->characters ? "characters" : "words";
}

/* Adds pieces to a vocabulary of characters. */
static int learn_pieces(Prepare *p, int64_t min_count, Err *err)
{
    int characters = p->words.vocab.size;
    if (pieces_learn(&p->captions, &p->words, (int)p->options->pieces, min_count, err))
        return -1;
    report_note(p->report, "vocabulary: also %d pieces of words", p->words.vocab.size - characters);
    return 0;
}

static int number_words(Prepare *p, Err *err)
{
    const PrepareOptions *o = p->options;
    int64_t min_count = o->min_count ? o->min_count : o->from ? 1 : MIN_COUNT;
    if (o->vocab_from) {
        if (word_numbers_take(&p->words, &p->captions, o->vocab_from, err))
            return -1;
        report_note(p->report, "vocabulary: the %d %s of %s", p->words.vocab.size, noun(p), o->vocab_from);
        return p->captions.characters ? pieces_apply(&p->captions, &p->words, err) : 0;
    }
    if (word_numbers_count(&p->words, &p->captions, min_count, err))
        return -1;
    int words = p->words.vocab.size - VOCAB_SPECIAL;
    const char *entries = p->captions.characters ? "characters" : "words";
    if (words == 0)
        return err_set(err, "no word of train's captions occurs %lld times; --min-count 1 takes them all",
                       (long long)min_count);
    if (min_count == 1)
        report_note(p->report, "vocabulary: all %d %s of train", words, entries);
    else
        report_note(p->report, "vocabulary: %d of train's %lld %s, those that occur %lld times or more", words,
                    (long long)p->words.different, entries, (long long)min_count);
    return p->options->pieces ? learn_pieces(p, min_count, err) : 0;
}

/* --- the whole --- */

/* The grids are taken if all features have them. */
static int take_grids(Prepare *p, Err *err)
{
    Err why;
    int grids = feature_set_grid(&p->features, &why);
    bool wanted = p->options->grid_pca > 0;
    p->prepared.grid = grids > 0;
    if (grids < 0 && wanted)
        return err_set(err, "%s", why.text);
    if (grids == 0 && wanted)
        return err_set(err, "--grid-pca %lld: the features have no grid; coco-features --grid makes one",
                       (long long)p->options->grid_pca);
    if (grids < 0)
        report_warn(p->report, "grids are not taken: %s", why.text);
    return 0;
}

/* The PCAs of another dataset or a model. */
static int take_pca(Prepare *p, Err *err)
{
    const char *from = p->options->pca_from;
    const Pca *vector = &p->pca_from.pca, *grid = &p->pca_from.grid_pca;
    if (!from)
        return 0;
    if (pca_from_read(&p->pca_from, from, err) || pca_from_fits(&p->pca_from, from, &p->prepared, err))
        return -1;
    p->prepared.given = &p->pca_from;
    if (vector->C)
        report_note(p->report, "pca: that of %s, %d to %d numbers", from, vector->C, vector->D);
    if (grid->C)
        report_note(p->report, "grid-pca: that of %s, %d to %d numbers", from, grid->C, grid->D);
    return 0;
}

static void tell_splits(const Prepare *p)
{
    for (int k = 0; k < p->prepared.n_splits; k++) {
        const PreparedSplit *s = &p->prepared.split[k];
        if (s->images)
            report_note(p->report, "%s: %lld image%s, %lld caption%s, %lld %s; %lld of them (%.2f %%) are <UNK>",
                        s->name, (long long)s->images, plural(s->images), (long long)s->captions,
                        plural(s->captions), (long long)s->words, noun(p), (long long)s->unknown,
                        100.0 * (double)s->unknown / (double)s->words);
    }
}

/* Whether a caption is left in the split; NULL: in any. */
static bool has_captions(const CaptionSet *set, const char *split)
{
    int32_t wanted = split ? hash_find(set->splits, split, strlen(split)) : NO_SPLIT;
    for (int64_t i = 0; i < set->n; i++)
        if (caption_is_used(set, &set->caption[i]) && (!split || set->image[set->caption[i].image].split == wanted))
            return true;
    return false;
}

static int check_train(const Prepare *p, Err *err)
{
    bool needed = !p->options->vocab_from || p->options->pca || p->options->grid_pca;
    if (has_captions(&p->captions, needed ? "train" : NULL))
        return 0;
    return err_set(err, "no captions are left%s", needed ? " for the split train" : "");
}

/* All that can be known before a file is written. */
static int arrange(Prepare *p, Err *err)
{
    const PrepareOptions *o = p->options;
    if (read_sources(p, err) || join_features(p, err) ||
        (o->images && picture_files_find(&p->captions, o->images, err)) ||
        splits_assign(&p->captions, o->split, o->n_splits, (uint32_t)o->seed, err) || check_train(p, err) ||
        number_words(p, err))
        return -1;
    drop_unsayable(p);
    left_out_tell(&p->captions.left, p->report);
    if (o->strict && left_out_check(&p->captions.left, err))
        return -1;
    p->prepared =
        (Prepared){.captions = &p->captions, .features = &p->features, .words = &p->words, .pca = (int)o->pca};
    p->prepared.grid_pca = (int)o->grid_pca;
    if (check_train(p, err) || prepared_split(&p->prepared, err) || take_grids(p, err) || take_pca(p, err))
        return -1;
    tell_splits(p);
    return 0;
}

static int write_all(Prepare *p, Err *err)
{
    const PrepareOptions *o = p->options;
    OutDir out;
    double kept[2];
    if (outdir_begin(&out, o->out, err))
        return -1;
    int rc = prepared_write(&p->prepared, out.path, kept, err);
    if (rc == 0 && o->pca)
        report_note(p->report, "pca: %lld of %lld numbers keep %.2f %% of the variance", (long long)o->pca,
                    (long long)p->features.D, 100 * kept[0]);
    if (rc == 0 && o->grid_pca)
        report_note(p->report, "grid-pca: %lld of %d numbers keep %.2f %% of the variance", (long long)o->grid_pca,
                    p->features.file[0].grid.channels, 100 * kept[1]);
    if (rc == 0 && !report_stop(p->report))
        rc = outdir_commit(&out, o->replace, err);
    outdir_abort(&out);
    if (rc == 0 && !report_stop(p->report))
        report_note(p->report, "%s: made%s", o->out,
                    p->features.n ? ""
                                  : " without features (--features adds them; coco-features -d makes them of "
                                    "photographs)");
    return rc;
}

static int check_target(const PrepareOptions *o, Err *err)
{
    bool vacant = dir_vacant(o->out);
    if (!vacant && !o->replace)
        return err_set(err, "%s: exists already; --force replaces it", o->out);
    return (!vacant && dataset_check_own(o->out, err)) || outdir_check(o->out, err) ? -1 : 0;
}

int prepare_run(const PrepareOptions *options, const Report *report, Err *err)
{
    Prepare p = {.options = options, .report = report};
    h5_allow_external(options->allow_external);
    int rc = check_target(options, err);
    if (rc == 0)
        rc = arrange(&p, err);
    if (rc == 0 && !report_stop(report))
        rc = write_all(&p, err);
    prepared_free(&p.prepared);
    origin_free(&p.pca_from);
    word_numbers_free(&p.words);
    feature_set_free(&p.features);
    caption_set_free(&p.captions);
    return rc;
}
