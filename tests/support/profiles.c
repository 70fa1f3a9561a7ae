#include "tests/support/profiles.h"

#include "tests/support/test.h"

#include <lcms2.h>
#include <stdlib.h>

static Bytes save(cmsHPROFILE profile)
{
    cmsUInt32Number n = 0;
    assert_non_null(profile);
    assert_true(cmsSaveProfileToMem(profile, NULL, &n));
    Bytes out = {malloc(n), n};
    assert_true(cmsSaveProfileToMem(profile, out.bytes, &n));
    cmsCloseProfile(profile);
    return out;
}

Bytes profile_srgb(void)
{
    return save(cmsCreate_sRGBProfile());
}

Bytes profile_swapped(void)
{
    static const cmsFloat64Number SRGB[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    const cmsCIExyY d65 = {0.3127, 0.3290, 1};
    const cmsCIExyYTRIPLE primaries = {{0.30, 0.60, 1}, {0.64, 0.33, 1}, {0.15, 0.06, 1}};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(NULL, 4, SRGB), *curves[3] = {curve, curve, curve};
    Bytes out = save(cmsCreateRGBProfile(&d65, &primaries, curves));
    cmsFreeToneCurve(curve);
    return out;
}

Bytes profile_square_grey(void)
{
    cmsToneCurve *curve = cmsBuildGamma(NULL, 2);
    Bytes out = save(cmsCreateGrayProfile(cmsD50_xyY(), curve));
    cmsFreeToneCurve(curve);
    return out;
}

/* Of a corner of the cube of inks, in the order C, M, Y, K; L*a*b* as version 2 writes them in 16 bits. */
static cmsInt32Number sample(const cmsUInt16Number in[], cmsUInt16Number out[], void *unused)
{
    static const double WHITE[3] = {100, 0, 0}, RED[3] = {47.58, 70.59, 56.29}, BLACK[3] = {0, 0, 0};
    const double *lab = in[1] || in[2] || in[3] ? BLACK : in[0] ? RED : WHITE;
    (void)unused;
    out[0] = (cmsUInt16Number)(lab[0] / 100 * 65280);
    out[1] = (cmsUInt16Number)((lab[1] + 128) * 256);
    out[2] = (cmsUInt16Number)((lab[2] + 128) * 256);
    return 1;
}

Bytes profile_cmyk(void)
{
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
    cmsSetProfileVersion(profile, 2.1);
    cmsSetDeviceClass(profile, cmsSigOutputClass);
    cmsSetColorSpace(profile, cmsSigCmykData);
    cmsSetPCS(profile, cmsSigLabData);
    cmsPipeline *colors = cmsPipelineAlloc(NULL, 4, 3);
    cmsStage *corners = cmsStageAllocCLut16bit(NULL, 2, 4, 3, NULL);
    assert_true(cmsStageSampleCLut16bit(corners, sample, NULL, 0));
    assert_true(cmsPipelineInsertStage(colors, cmsAT_END, corners));
    assert_true(cmsWriteTag(profile, cmsSigAToB0Tag, colors));
    cmsPipelineFree(colors);
    return save(profile);
}
