# coco: image captions as Unix commands.
#
#   make                    the commands, in build/
#   make demo               set up, build, and run the main job to demo/sheet.png
#   make test               set up, build and pass the tests
#   make layers             prove the direction of the includes
#   make format             lay out the C as .clang-format says
#   make install PREFIX=    the commands in PREFIX/bin (default /usr/local)
#   make clean
#
#   CC=clang                another compiler
#   SAN=address,undefined   with sanitizers
#   OMP=                    without OpenMP: one thread, the same bits
#   WERROR=                 warnings are not errors (for compilers we have not seen)
#   V=1                     show the commands that are run
#
# Each choice of these has its own folder below build/, so that switching never mixes objects.

# Every rule is below: make's own ones only mislead it.
MAKEFLAGS += --no-builtin-rules

CC      = gcc
OMP     = -fopenmp
WERROR  = -Werror
PREFIX  = /usr/local
SAN     =

empty  :=
space  := $(empty) $(empty)
comma  := ,
variant := $(strip $(filter-out gcc cc,$(notdir $(firstword $(CC)))) $(subst $(comma),-,$(SAN)) $(if $(OMP),,serial))
BUILD  := build$(if $(variant),/$(subst $(space),-,$(variant)))

# One library, one pkg-config name. `scripts/setup` installs them.
PKGS     = hdf5 libcjson libcurl libarchive zlib pangocairo libpng libisal stb libturbojpeg libexif
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# stb is used as headers alone; its pkg-config file names a library that nothing here needs.
PKG_LIBS   := $(filter-out -lstb,$(shell pkg-config --libs $(PKGS) 2>/dev/null))

WARN     = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Wwrite-strings $(WERROR)
CFLAGS   = -O3 -g
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
VERSION := 1.0
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DCOCO_VERSION='"$(VERSION)"' -I. \
             $(patsubst -I%,-isystem %,$(PKG_CFLAGS)) $(WARN) $(if $(OMP),$(OMP),-Wno-unknown-pragmas) $(SANFLAGS) $(CFLAGS)
LDLIBS   = -Wl,--as-needed $(PKG_LIBS) -lm -pthread

COMMANDS = $(patsubst cmd/%.c,%,$(wildcard cmd/coco-*.c))
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
obj64    = $(patsubst %.c,$(BUILD)/obj/%.f64.o,$(1))
MODEL    = $(wildcard model/*.c model/score/*.c)
LIBS     = $(BUILD)/libpipeline.a $(BUILD)/libmodel.a $(BUILD)/libio.a

Q   = $(if $(V),,@)
say = @$(if $(V),:,printf '  %s %s %s\n')

.PHONY: all demo test layers format install clean check-tools unit fuzzers
.SECONDARY:
.DELETE_ON_ERROR:

all: check-tools $(COMMANDS:%=$(BUILD)/%)

# --- commands ------------------------------------------------------------------------------------

$(BUILD)/coco-%: $(BUILD)/obj/cmd/coco-%.o $(BUILD)/libcmd.a $(LIBS)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/coco-fetch: | $(BUILD)/coco-fetch-dataset # which it starts

# The inner loops, once for each instruction set of the processor's family; the best is chosen at the start.
# One's own flags are of no use here (-march=native): sets are told apart at run time.
SIMD_SETS_x86_64 = avx2 avx512 avx512bf16
SIMD_SETS       := base $(SIMD_SETS_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
SIMD_avx2        = -mavx2 -mfma
SIMD_avx512      = $(SIMD_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
SIMD_avx512bf16  = $(SIMD_avx512) -mavx512bf16
# a·b + c is one operation; no exception and no errno is looked at. (Clang says where a loop is not vector code: in
# double, which calls the C library's exp.)
SIMD_CFLAGS      = -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math -fopenmp-simd -Wno-pass-failed
simd             = $(SIMD_SETS:%=$(BUILD)/obj/model/simd/set_%$(1).o)

$(call simd,.f64): $(BUILD)/obj/model/simd/set_%.f64.o: model/simd/set.c
	@mkdir -p $(@D)
	$(say) CC $< '($*, double)'
	$(Q)$(CC) $(ALL_CFLAGS) $(SIMD_CFLAGS) $(SIMD_$*) -DSIMD_SET=$* -DREAL_IS_DOUBLE -MMD -MP -c -o $@ $<

$(call simd): $(BUILD)/obj/model/simd/set_%.o: model/simd/set.c
	@mkdir -p $(@D)
	$(say) CC $< '($*)'
	$(Q)$(CC) $(ALL_CFLAGS) $(SIMD_CFLAGS) $(SIMD_$*) -DSIMD_SET=$* -MMD -MP -c -o $@ $<

# model/ is written over one `real` type and compiled twice: float for the commands, double for the
# gradient checks.
$(BUILD)/libmodel.a:    $(call obj,$(MODEL)) $(call simd)
$(BUILD)/libmodel64.a:  $(call obj64,$(MODEL)) $(call simd,.f64)
$(BUILD)/libcmd.a:      $(call obj,$(filter-out cmd/coco-%.c,$(wildcard cmd/*.c)))
$(BUILD)/libio.a:       $(call obj,$(wildcard io/*/*.c))
$(BUILD)/libpipeline.a: $(call obj,$(wildcard pipeline/*/*.c)) $(patsubst %.re,$(BUILD)/obj/%.o,$(wildcard pipeline/*/*.re))
$(BUILD)/%.a:
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.f64.o: %.c
	@mkdir -p $(@D)
	$(say) CC $< '(double)'
	$(Q)$(CC) $(ALL_CFLAGS) -DREAL_IS_DOUBLE -MMD -MP -c -o $@ $<

# Scanners: re2c writes them in C. Jumps alone gain nothing above -O1, and can keep clang with sanitizers busy for minutes.
$(BUILD)/obj/%.o: %.re
	@mkdir -p $(@D)
	$(say) RE2C $<
	$(Q)re2c -b -W -Wno-nondeterministic-tags -o $(@:.o=.c) $<
	$(Q)$(CC) $(ALL_CFLAGS) -O1 -MMD -MP -c -o $@ $(@:.o=.c)

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')

check-tools:
	@scripts/setup --check build

# --- tests ---------------------------------------------------------------------------------------

# tests/test_NAME.c is one cmocka program; tests/test_NAME64.c is linked with the double model.
UNIT     = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
SUPPORT  = $(wildcard tests/support/*.c)
# tests/tool_NAME.c is a program that command tests call, to make files for them.
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

# tests/fuzz/fuzz_NAME.c is a target of libFuzzer (clang's), which needs no network: its vectors are hard to build with
# sanitizers and coverage. tests/replay_NAME runs it on files, with any compiler.
FUZZ     = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/tests/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/libpipeline.a $(call obj,$(wildcard model/score/*.c)) $(BUILD)/libio.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/tests/replay_%: $(BUILD)/obj/tests/fuzz/replay.o $(BUILD)/obj/tests/fuzz/fuzz_%.o $(LIBS)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

fuzzers: $(FUZZ:%=$(BUILD)/tests/fuzz_%)

unit: all $(UNIT) $(TOOLS) $(FUZZ:%=$(BUILD)/tests/replay_%)

test:
	scripts/setup test
	$(MAKE) unit
	BUILD=$(BUILD) tests/run

demo:
	scripts/setup build
	$(MAKE) all
	BUILD=$(BUILD) scripts/demo

layers:
	scripts/layers

format:
	clang-format -i --style=file $$(git ls-files '*.c' '*.h')

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(COMMANDS:%=$(BUILD)/%) $(DESTDIR)$(PREFIX)/bin

clean:
	rm -rf build demo
