# coco: image captions as Unix commands.
#
#   make                    the commands, in build/
#   make demo               set up, build and run the whole chain, which ends in demo/sheet.png
#   make photos             the same with photographs: PHOTOS=DIR CAPTIONS=FILE, ending in demo/photos/sheet.png
#   make exercise           the same with the exercise's steps, checks and pictures on a page: demo/exercise.html
#   make test               set up, build and run the tests
#   make unit               the commands and the test programs
#   make layers             check the direction of the includes
#   make format             format the C sources with clang-format
#   make install PREFIX=    copy the commands to PREFIX/bin (default /usr/local), manuals and completion to PREFIX/share, the
#                           library for C programs to PREFIX/LIBDIR (lib); make uninstall removes them
#   make dist               a tarball of what is committed, its digest and a list of parts, in build/dist
#   make clean              remove build/ and demo/
#
#   CC=clang                another compiler
#   CROSS=aarch64-linux-gnu-  the names of a cross compiler and its tools begin so (scripts/cross)
#   EMULATOR=qemu-aarch64   what runs its commands, which write their own manual pages for make install
#   CHECK_TOOLS=            do not look for tools and libraries first (for packagers, whose tools do)
#   SAN=address,undefined   with sanitizers
#   MPI=1                   also build/mpi/: the commands that run on several machines, with MPI (mpicc)
#   OMP=                    without OpenMP: one thread, the same bits
#   WERROR=                 warnings are not errors (for untested compilers)
#   V=1                     print each command that runs
#
# CC, SAN and OMP select a folder of their own below build/, so that switching never mixes objects.

# All rules are below; make's built-in ones would only get in the way.
MAKEFLAGS += --no-builtin-rules

CROSS   =
CC      = $(CROSS)gcc
AR      = $(CROSS)ar
NM      = $(CROSS)nm
OBJCOPY = $(CROSS)objcopy
PKG_CONFIG = pkg-config
EMULATOR =
CHECK_TOOLS = scripts/setup --check build
OMP     = -fopenmp
WERROR  = -Werror
PREFIX  = /usr/local
LIBDIR  = lib
SAN     =

empty  :=
space  := $(empty) $(empty)
comma  := ,
variant := $(strip $(filter-out gcc cc,$(notdir $(firstword $(CC)))) $(subst $(comma),-,$(SAN)) $(if $(OMP),,serial))
BUILD  := build$(if $(variant),/$(subst $(space),-,$(variant)))

# The libraries' names for pkg-config. scripts/setup installs them.
PKGS     = hdf5 libcjson libcurl libarchive zlib pangocairo libpng libisal stb libturbojpeg libexif lapacke libwebp libwebpdemux \
           libheif libtiff-4 lcms2 exempi-2.0 libcrypto
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
# Only stb's headers are used; its pkg-config file names a library that nothing here needs.
PKG_LIBS   := $(filter-out -lstb,$(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null))

WARN     = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Wwrite-strings -Wdate-time $(WERROR)
CFLAGS  ?= -O3 -g
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# The version and its date, which manual pages say, stand in the list of changes alone.
CHANGES  = debian/changelog
VERSION  := $(shell sed -n '1s/^[^ ]* .\([0-9.]*\)-.*/\1/p' $(CHANGES))
RELEASED := $(shell date -u +%F -d "$$(sed -n 's/^ -- .*>  //p' $(CHANGES) | head -n 1)")
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DCOCO_VERSION='"$(VERSION)"' -DCOCO_DATE='"$(RELEASED)"' -I. \
             $(patsubst -I%,-isystem %,$(PKG_CFLAGS)) $(WARN) $(if $(OMP),$(OMP),-Wno-unknown-pragmas) $(SANFLAGS) $(CFLAGS) $(CPPFLAGS)
LDLIBS   = -Wl,--as-needed $(PKG_LIBS) -lstemmer -lm -pthread

# Those that work as several ranks (io/ranks/ranks.h).
RANKED   = coco-train coco-sample coco-features
COMMANDS = $(patsubst cmd/%.c,%,$(wildcard cmd/coco-*.c))
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
obj64    = $(patsubst %.c,$(BUILD)/obj/%.f64.o,$(1))
# Compiled once for each instruction set: the inner loops, the cells, the kinds of attention, the update rules.
PER_SET  = model/simd/set.c $(wildcard model/cell/cell_*.c model/attention/attention_*.c model/optim/rule_*.c)
MODEL    = $(filter-out $(PER_SET),$(wildcard model/*.c model/*/*.c))
IN_DOUBLE = model/gradients.c # compiled in double only
LIBS     = $(BUILD)/libpipeline.a $(BUILD)/libmodel.a $(BUILD)/libdouble.a $(BUILD)/libio.a

Q   = $(if $(V),,@)
say = @$(if $(V),:,printf '  %s %s %s\n')

# For builds within a target: as many jobs as processors, unless the user has chosen.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all demo photos exercise test layers format install uninstall dist clean check-tools unit fuzzers
.SECONDARY:
.DELETE_ON_ERROR:

MPI_COMMANDS = $(if $(MPI),$(RANKED:%=$(BUILD)/mpi/%))

all: check-tools $(COMMANDS:%=$(BUILD)/%) $(MPI_COMMANDS) $(BUILD)/libcoco.a

# --- commands ------------------------------------------------------------------------------------

$(BUILD)/coco-%: $(BUILD)/obj/cmd/coco-%.o $(BUILD)/libcmd.a $(LIBS)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The same objects with MPI's ranks, which the linker meets before the one rank of libio.a. Open MPI's and MPICH's wrappers know
# their headers and libraries, and call our compiler.
MPICC = OMPI_CC='$(CC)' MPICH_CC='$(CC)' mpicc

$(BUILD)/mpi/coco-%: $(BUILD)/obj/cmd/coco-%.o $(BUILD)/libcmd.a $(BUILD)/obj/io/ranks/ranks_mpi.o $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(MPICC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# With MPI alone it is of use.
$(BUILD)/mpi/tool_ranks: $(BUILD)/obj/tests/tool_ranks.o $(BUILD)/obj/io/ranks/ranks_mpi.o $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(MPICC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/obj/io/ranks/ranks_mpi.o: io/ranks/ranks_mpi.c
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(MPICC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/coco-fetch: | $(BUILD)/coco-fetch-dataset # which it starts

# The inner loops, compiled once for each instruction set of the processor family; the program chooses one at its start, so
# that -march=native gains nothing.
SIMD_SETS_x86_64 = avx2 avx512 avx512bf16 amx
SIMD_SETS       := base $(SIMD_SETS_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
SIMD_avx2        = -mavx2 -mfma
SIMD_avx512      = $(SIMD_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
SIMD_avx512bf16  = $(SIMD_avx512) -mavx512bf16 -mavx512vnni
SIMD_amx         = $(SIMD_avx512bf16) -mamx-tile -mamx-bf16
# a·b + c is one operation; nothing reads floating-point exceptions or errno. (Clang would warn of loops that it cannot
# vectorise: in double they call the C library's exp.)
SIMD_CFLAGS      = -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math -fopenmp-simd -Wno-pass-failed
per_set          = $(foreach set,$(SIMD_SETS),$(PER_SET:%.c=$(BUILD)/obj/%_$(set)$(1).o))

# per_set_rule SET, SUFFIX, FLAGS, NOTE: how a source is compiled for a set.
define per_set_rule
$(PER_SET:%.c=$(BUILD)/obj/%_$(1)$(2).o): $(BUILD)/obj/%_$(1)$(2).o: %.c
	@mkdir -p $$(@D)
	$$(say) CC $$< '($(1)$(4))'
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(SIMD_CFLAGS) $$(SIMD_$(1)) -DSIMD_SET=$(1) $(3) -MMD -MP -c -o $$@ $$<
endef
$(foreach set,$(SIMD_SETS),$(eval $(call per_set_rule,$(set),,,)))
$(foreach set,$(SIMD_SETS),$(eval $(call per_set_rule,$(set),.f64,-DREAL_IS_DOUBLE,$(comma) double)))

# model/ is written over one type, `real`, and compiled twice: float for the commands, double for the gradient checks.
$(BUILD)/libmodel.a:    $(call obj,$(filter-out $(IN_DOUBLE),$(MODEL))) $(call per_set,)
$(BUILD)/libmodel64.a:  $(call obj64,$(MODEL)) $(call per_set,.f64)
$(BUILD)/libcmd.a:      $(call obj,$(filter-out cmd/coco-%.c,$(wildcard cmd/*.c)))
$(BUILD)/libio.a:       $(call obj,$(filter-out io/ranks/ranks_mpi.c,$(wildcard io/*/*.c)))
$(BUILD)/libpipeline.a: $(call obj,$(wildcard pipeline/*/*.c)) $(patsubst %.re,$(BUILD)/obj/%.o,$(wildcard pipeline/*/*.re))
# The model in double with _f64 at the end of all its names, for programs that hold both.
$(BUILD)/libdouble.a: $(BUILD)/libmodel64.a
	$(say) OBJCOPY $@
	$(Q)$(NM) -g --defined-only $< | awk 'NF == 3 { print $$3, $$3 "_f64" }' | sort -u >$(@:.a=.names)
	$(Q)$(OBJCOPY) --redefine-syms=$(@:.a=.names) $< $@
# The captioner for other programs (pipeline/embed/coco.h): one object, of whose names only coco_… are seen outside.
$(BUILD)/libcoco.a: $(BUILD)/obj/pipeline/embed/coco.o $(LIBS)
	$(say) LD $@
	$(Q)$(CC) -r -nostdlib -o $(@:.a=.o) $^
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='coco_*' $(@:.a=.o)
	$(Q)rm -f $@ && $(AR) rcs $@ $(@:.a=.o)
$(BUILD)/%.a:
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.f64.o: %.c
	@mkdir -p $(@D)
	$(say) CC $< '(double)'
	$(Q)$(CC) $(ALL_CFLAGS) -DREAL_IS_DOUBLE -MMD -MP -c -o $@ $<

$(call obj,$(shell grep -rl 'COCO_VERSION\|COCO_DATE' --include='*.c' cmd pipeline io)): $(CHANGES)

# re2c generates the scanners. Their code is mostly jumps: -O2 gains nothing, and takes clang minutes with sanitizers.
$(BUILD)/obj/%.o: %.re
	@mkdir -p $(@D)
	$(say) RE2C $<
	$(Q)re2c -b -W -Wno-nondeterministic-tags -o $(@:.o=.c) $<
	$(Q)$(CC) $(ALL_CFLAGS) -O1 -Wno-unknown-warning-option -Wno-maybe-uninitialized -MMD -MP -c -o $@ $(@:.o=.c)

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')

check-tools:
	@$(CHECK_TOOLS)

# --- tests ---------------------------------------------------------------------------------------

# Each tests/test_NAME.c is a cmocka program; tests/test_NAME64.c is linked with the model in double.
UNIT     = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
SUPPORT  = $(wildcard tests/support/*.c)
# Each tests/tool_NAME.c is a program that makes files for the command tests.
TOOLS    = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/tool_*.c))

$(BUILD)/tests/test_%64: $(BUILD)/obj/tests/test_%64.f64.o $(call obj64,$(SUPPORT)) $(BUILD)/libmodel64.a $(BUILD)/libio.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/test_%.o $(call obj,$(SUPPORT)) $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/tests/tool_%: $(BUILD)/obj/tests/tool_%.o $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Each tests/fuzz/fuzz_NAME.c is a target of clang's libFuzzer. It is linked without the network's arithmetic, whose vectors
# are slow to build with sanitizers and coverage. tests/replay_NAME, built with any compiler, runs the target on files.
FUZZ     = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/tests/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/libpipeline.a $(call obj,$(wildcard model/score/*.c model/base/*.c)) $(BUILD)/libio.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/tests/replay_%: $(BUILD)/obj/tests/fuzz/replay.o $(BUILD)/obj/tests/fuzz/fuzz_%.o $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

fuzzers: $(FUZZ:%=$(BUILD)/tests/fuzz_%)

# A library to preload that makes calls fail (tests/faults/fault.h).
$(BUILD)/tests/fault.so: $(wildcard tests/faults/*.c) tests/faults/fault.h
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -I. $(WARN) $(CFLAGS) -fno-builtin -fPIC -shared -o $@ $(filter %.c,$^) -ldl -pthread

unit: all $(UNIT) $(TOOLS) $(BUILD)/tests/fault.so $(FUZZ:%=$(BUILD)/tests/replay_%) $(if $(MPI),$(BUILD)/mpi/tool_ranks)

test:
	scripts/setup test
	@scripts/setup photos none || echo "tests of coco-features are skipped: there is no ONNX Runtime"
	$(MAKE) $(jobs) unit $(if $(SAN),,$$(! command -v mpicc >/dev/null || echo MPI=1))
	BUILD=$(BUILD) tests/run

demo:
	scripts/setup build
	$(MAKE) $(jobs) all
	BUILD=$(BUILD) scripts/demo

photos:
	scripts/setup build
	$(MAKE) $(jobs) all
	BUILD=$(BUILD) scripts/photos

exercise:
	scripts/setup test
	$(MAKE) $(jobs) all $(BUILD)/tests/test_layers64 $(BUILD)/tests/test_loss64
	BUILD=$(BUILD) scripts/exercise --html demo/exercise.html $(if $(TEXT),--lang $(TEXT))

layers:
	scripts/layers

format:
	clang-format -i --style=file $$(git ls-files '*.c' '*.h')

# The folder's name reaches the shell in the environment, so that it may hold blanks and quotes. A shell that leaves the
# tilde in PREFIX=~/x leaves it to us.
install uninstall: export INSTALL_DESTDIR = $(DESTDIR)
install uninstall: export INSTALL_PREFIX = $(PREFIX)
install uninstall: export INSTALL_LIBDIR = $(LIBDIR)
install uninstall: export INSTALL_VERSION = $(VERSION)
install uninstall: export INSTALL_THREADS = $(OMP)
install uninstall: export INSTALL_COMMANDS = $(COMMANDS)
install: export INSTALL_EMULATOR = $(EMULATOR)
install: all
	@BUILD=$(BUILD) scripts/install

uninstall:
	@BUILD=$(BUILD) scripts/install --remove

dist:
	@scripts/dist

clean:
	rm -rf build demo
