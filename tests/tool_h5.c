/* Changes one thing in an HDF5 file, so that a test makes a broken or unusual file from a good one:
 *
 *   tool_h5 FILE set DATASET INDEX VALUE        one number, INDEX counted along the flattened array
 *   tool_h5 FILE type DATASET TYPE [LAYOUT]     the same numbers stored in another way
 *   tool_h5 FILE size DATASET N[,N...]          cut or filled up with zeros
 *   tool_h5 FILE claim DATASET N[,N...]         of that size, without a number: as many as nobody can hold
 *   tool_h5 FILE strings DATASET WORD...        a list of strings instead of it
 *   tool_h5 FILE group NAME | rm NAME           an empty group; without the object
 *   tool_h5 FILE virtual DATASET FROM NAME      of the same type and shape, whose numbers are those of NAME in FROM
 *   tool_h5 FILE link NAME FROM OBJECT          an external link; to OBJECT of the file itself if FROM is "."
 *   tool_h5 FILE attr OBJECT NAME KIND VALUE    KIND: int, int8, real, text, ascii, fixed, padded, pair
 *   tool_h5 FILE rmattr OBJECT NAME
 *
 * TYPE: int8 int16 int32 int64 uint64 float16 float32 float64 float32be string, compound. LAYOUT: contiguous,
 * compact, chunked, gzip, unknown (a filter that no other program has), late and lazy (never written; without room and
 * chunked without room), early (never written, all room taken and zeroed), half (chunked, the last rows never written),
 * outside:OTHER (raw numbers in another file).
 * FILE is made if it does not exist. HDF5 itself is used here, for io/h5 writes good files only. */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 4, UNKNOWN_FILTER = 32000 };

typedef struct {
    int rank;
    hsize_t dim[MAX_RANK], n;
    double *value; /* (n) */
} Array;

static void die(const char *what)
{
    fprintf(stderr, "tool_h5: %s\n", what);
    exit(1);
}

static void need(int ok, const char *what)
{
    if (!ok)
        die(what);
}

/* --- types --- */

static hid_t half_type(void)
{
    hid_t t = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(t, 15, 10, 5, 0, 10);
    H5Tset_size(t, 2);
    H5Tset_ebias(t, 15);
    return t;
}

static hid_t string_type(size_t size, H5T_cset_t set, H5T_str_t pad)
{
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, size);
    H5Tset_cset(t, set);
    H5Tset_strpad(t, pad);
    return t;
}

static hid_t number_type(const char *name)
{
    const struct {
        const char *name;
        hid_t type;
    } all[] = {{"int8", H5T_STD_I8LE},      {"int16", H5T_STD_I16LE},     {"int32", H5T_STD_I32LE},
               {"int64", H5T_STD_I64LE},    {"uint64", H5T_STD_U64LE},    {"float32", H5T_IEEE_F32LE},
               {"float64", H5T_IEEE_F64LE}, {"float32be", H5T_IEEE_F32BE}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(name, all[i].name))
            return H5Tcopy(all[i].type);
    need(!strcmp(name, "float16"), "unknown type");
    return half_type();
}

/* --- layouts --- */

/* A filter that leaves the bytes as they are, under a number that nobody else knows. */
static size_t keep(unsigned flags, size_t n, const unsigned values[], size_t bytes, size_t *room, void **buf)
{
    (void)flags, (void)n, (void)values, (void)room, (void)buf;
    return bytes;
}

static hid_t plan_of(const char *layout, const Array *a)
{
    const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, UNKNOWN_FILTER, 1, 1, "lzf", NULL, NULL, keep};
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[MAX_RANK];
    for (int i = 0; i < a->rank; i++)
        chunk[i] = a->dim[i] / 2 ? a->dim[i] / 2 : 1;
    if (!strcmp(layout, "compact"))
        H5Pset_layout(plan, H5D_COMPACT);
    else if (strcmp(layout, "contiguous") && strcmp(layout, "late") && strcmp(layout, "early") &&
             !strchr(layout, ':'))
        H5Pset_chunk(plan, a->rank, chunk);
    if (!strcmp(layout, "early")) {
        H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
        H5Pset_fill_time(plan, H5D_FILL_TIME_ALLOC);
    }
    if (!strcmp(layout, "gzip")) {
        H5Pset_shuffle(plan);
        H5Pset_deflate(plan, 4);
    } else if (!strcmp(layout, "unknown")) {
        H5Zregister(&filter);
        H5Pset_filter(plan, UNKNOWN_FILTER, H5Z_FLAG_MANDATORY, 0, NULL);
    } else if (!strncmp(layout, "outside:", 8)) {
        H5Pset_external(plan, layout + 8, 0, a->n * sizeof(float));
    }
    return plan;
}

/* --- datasets --- */

static Array read_array(hid_t file, const char *name)
{
    Array a = {.n = 1};
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    need(set >= 0, "no such dataset");
    hid_t space = H5Dget_space(set);
    a.rank = H5Sget_simple_extent_dims(space, a.dim, NULL);
    for (int i = 0; i < a.rank; i++)
        a.n *= a.dim[i];
    a.value = calloc(a.n + 1, sizeof *a.value);
    need(a.value && H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, a.value) >= 0, "not readable");
    H5Sclose(space);
    H5Dclose(set);
    return a;
}

static hid_t stored_type(hid_t file, const char *name)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(set);
    H5Dclose(set);
    return type;
}

/* The first half of the rows, a whole number of chunks. */
static herr_t write_half(hid_t set, hid_t space, const Array *a, hid_t type, const void *in)
{
    hsize_t start[MAX_RANK] = {0}, count[MAX_RANK];
    memcpy(count, a->dim, sizeof count);
    count[0] /= 2;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    return H5Dwrite(set, type, space, space, H5P_DEFAULT, in);
}

static void write_set(hid_t file, const char *name, const Array *a, hid_t stored, const char *layout, hid_t type,
                      const void *in)
{
    hid_t space = H5Screate_simple(a->rank, a->dim, NULL), plan = plan_of(layout, a);
    if (H5Lexists(file, name, H5P_DEFAULT) > 0)
        H5Ldelete(file, name, H5P_DEFAULT);
    hid_t set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    need(set >= 0, "dataset cannot be made");
    if (!strcmp(layout, "half"))
        need(write_half(set, space, a, type, in) >= 0, "dataset cannot be written");
    else if (strcmp(layout, "late") && strcmp(layout, "lazy") && strcmp(layout, "early"))
        need(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, in) >= 0, "dataset cannot be written");
    H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
}

static void do_set(hid_t file, char **arg)
{
    Array a = read_array(file, arg[0]);
    hid_t type = stored_type(file, arg[0]);
    hsize_t at = strtoull(arg[1], NULL, 10);
    need(at < a.n, "no such index");
    a.value[at] = strtod(arg[2], NULL);
    write_set(file, arg[0], &a, type, "contiguous", H5T_NATIVE_DOUBLE, a.value);
    H5Tclose(type);
    free(a.value);
}

/* Each number as text, or as the one member of a compound. */
static void write_odd(hid_t file, const char *name, const Array *a, const char *kind)
{
    enum { WIDTH = 24 };
    char *text = calloc(a->n + 1, WIDTH);
    hid_t type;
    if (!strcmp(kind, "string")) {
        type = string_type(WIDTH, H5T_CSET_ASCII, H5T_STR_NULLPAD);
        for (hsize_t i = 0; i < a->n; i++)
            snprintf(text + i * WIDTH, WIDTH, "%g", a->value[i]);
    } else {
        type = H5Tcreate(H5T_COMPOUND, WIDTH);
        H5Tinsert(type, "x", 0, H5T_NATIVE_DOUBLE);
    }
    write_set(file, name, a, type, "contiguous", type, text);
    H5Tclose(type);
    free(text);
}

static void do_type(hid_t file, char **arg)
{
    Array a = read_array(file, arg[0]);
    if (!strcmp(arg[1], "string") || !strcmp(arg[1], "compound")) {
        write_odd(file, arg[0], &a, arg[1]);
    } else {
        hid_t type = number_type(arg[1]);
        write_set(file, arg[0], &a, type, arg[2] ? arg[2] : "contiguous", H5T_NATIVE_DOUBLE, a.value);
        H5Tclose(type);
    }
    free(a.value);
}

static Array shape_of(char *text)
{
    Array a = {.n = 1};
    for (char *s = text; *s && a.rank < MAX_RANK; s += *s == ',') {
        a.dim[a.rank] = strtoull(s, &s, 10);
        a.n *= a.dim[a.rank++];
    }
    return a;
}

static void do_claim(hid_t file, char **arg)
{
    Array a = shape_of(arg[1]);
    hid_t type = stored_type(file, arg[0]);
    write_set(file, arg[0], &a, type, "late", type, NULL);
    H5Tclose(type);
}

static void do_size(hid_t file, char **arg)
{
    Array a = read_array(file, arg[0]), b = shape_of(arg[1]);
    hid_t type = stored_type(file, arg[0]);
    b.value = calloc(b.n + 1, sizeof *b.value);
    need(b.value != NULL, "out of memory");
    /* Matrices are cut and filled by rows and columns, anything else along the flattened array. */
    int matrix = a.rank == 2 && b.rank == 2;
    hsize_t wide = matrix ? b.dim[1] : 1, was = matrix ? a.dim[1] : 1;
    for (hsize_t i = 0; i < b.n; i++)
        if (i / wide < a.n / was && i % wide < was)
            b.value[i] = a.value[i / wide * was + i % wide];
    write_set(file, arg[0], &b, type, "contiguous", H5T_NATIVE_DOUBLE, b.value);
    H5Tclose(type);
    free(a.value);
    free(b.value);
}

static void do_strings(hid_t file, char **arg)
{
    Array a = {.rank = 1};
    hid_t type = string_type(H5T_VARIABLE, H5T_CSET_ASCII, H5T_STR_NULLTERM);
    while (arg[1 + a.dim[0]])
        a.dim[0]++;
    write_set(file, arg[0], &a, type, "contiguous", type, arg + 1);
    H5Tclose(type);
}

static void do_group(hid_t file, char **arg)
{
    H5Gclose(H5Gcreate2(file, arg[0], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void do_rm(hid_t file, char **arg)
{
    need(H5Ldelete(file, arg[0], H5P_DEFAULT) >= 0, "no such object");
}

static void do_virtual(hid_t file, char **arg)
{
    Array a = read_array(file, arg[0]);
    hid_t type = stored_type(file, arg[0]), space = H5Screate_simple(a.rank, a.dim, NULL);
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_virtual(plan, space, arg[1], arg[2], space);
    H5Ldelete(file, arg[0], H5P_DEFAULT);
    hid_t set = H5Dcreate2(file, arg[0], type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    need(set >= 0, "virtual dataset cannot be made");
    H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
    H5Tclose(type);
    free(a.value);
}

static void do_link(hid_t file, char **arg)
{
    H5Ldelete(file, arg[0], H5P_DEFAULT);
    need((strcmp(arg[1], ".") ? H5Lcreate_external(arg[1], arg[2], file, arg[0], H5P_DEFAULT, H5P_DEFAULT)
                              : H5Lcreate_soft(arg[2], file, arg[0], H5P_DEFAULT, H5P_DEFAULT)) >= 0,
         "link cannot be made");
}

/* --- attributes --- */

static void do_rmattr(hid_t file, char **arg)
{
    need(H5Adelete_by_name(file, arg[0], arg[1], H5P_DEFAULT) >= 0, "no such attribute");
}

static void put_attr(hid_t file, char **arg, hid_t stored, hid_t type, hsize_t n, const void *value)
{
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL);
    if (H5Aexists_by_name(file, arg[0], arg[1], H5P_DEFAULT) > 0)
        do_rmattr(file, arg);
    hid_t attr = H5Acreate_by_name(file, arg[0], arg[1], stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    need(attr >= 0 && H5Awrite(attr, type, value) >= 0, "attribute cannot be written");
    H5Aclose(attr);
    H5Sclose(space);
}

static void do_attr(hid_t file, char **arg)
{
    const char *kind = arg[2];
    char wide[64] = "";
    long long whole[2] = {strtoll(arg[3], NULL, 10), 0};
    double real = strtod(arg[3], NULL);
    hid_t type = -1;
    if (!strcmp(kind, "int") || !strcmp(kind, "int8")) {
        put_attr(file, arg, kind[3] ? H5T_STD_I8BE : H5T_STD_I64LE, H5T_NATIVE_LLONG, 1, whole);
    } else if (!strcmp(kind, "pair")) {
        put_attr(file, arg, H5T_STD_I64LE, H5T_NATIVE_LLONG, 2, whole);
    } else if (!strcmp(kind, "real")) {
        put_attr(file, arg, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &real);
    } else if (!strcmp(kind, "text") || !strcmp(kind, "ascii")) {
        type = string_type(H5T_VARIABLE, *kind == 't' ? H5T_CSET_UTF8 : H5T_CSET_ASCII, H5T_STR_NULLTERM);
        put_attr(file, arg, type, type, 1, &arg[3]);
    } else { /* fixed: as long as the text; padded: spaces after it */
        size_t n = strlen(arg[3]);
        need(n > 0 && n < 40, "no such text");
        memset(wide, *kind == 'p' ? ' ' : '\0', sizeof wide);
        memcpy(wide, arg[3], n);
        type = string_type(*kind == 'p' ? n + 9 : n, H5T_CSET_ASCII,
                           *kind == 'p' ? H5T_STR_SPACEPAD : H5T_STR_NULLPAD);
        put_attr(file, arg, type, type, 1, wide);
    }
    if (type >= 0)
        H5Tclose(type);
}

/* --- the tool --- */

static const struct {
    const char *name;
    int arguments; /* at least */
    void (*fn)(hid_t file, char **arg);
} verbs[] = {{"set", 3, do_set},   {"claim", 2, do_claim},     {"type", 2, do_type},
             {"size", 2, do_size}, {"strings", 1, do_strings}, {"group", 1, do_group},
             {"rm", 1, do_rm},     {"virtual", 3, do_virtual}, {"link", 3, do_link},
             {"attr", 4, do_attr}, {"rmattr", 2, do_rmattr}};

int main(int argc, char **argv)
{
    need(argc > 3, "usage: tool_h5 FILE VERB ARGUMENT...");
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(argv[1], H5F_ACC_RDWR, H5P_DEFAULT);
    if (file < 0)
        file = H5Fcreate(argv[1], H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    need(file >= 0, "file cannot be opened");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(argv[2], verbs[i].name)) {
            need(argc - 3 >= verbs[i].arguments, "too few arguments");
            verbs[i].fn(file, argv + 3);
            need(H5Fclose(file) >= 0, "file cannot be closed");
            return 0;
        }
    die("unknown verb");
}
