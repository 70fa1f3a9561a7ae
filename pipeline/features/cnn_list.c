#include "pipeline/features/cnn_list.h"

#include <string.h>

/* Published accuracies and costs: tensorflow/tpu, models/official/efficientnet/lite; the ONNX model zoo's READMEs; He
 * et al. 2015, table 1; Sandler et al. 2018. Lite4 is the zoo's, which takes 224 x 224, not 300 x 300. */
#define ZOO(path) \
    { \
        "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/validated/vision/classification/" path, \
            "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/" path \
    }
#define IMAGENET_MEAN "123.675 116.28 103.53"
#define IMAGENET_SCALE "0.01712475383 0.0175070028 0.01742919389" /* 1/58.395 1/57.12 1/57.375 */

static const KnownCnn ALL[] = {
    {.name = "efficientnet-lite0",
     .bytes = 18540127,
     .sha256 = "4997a22fe3e06a72924d922b307a9d501fc2b88001d83732f88ca5ca7dbd3c1a",
     .licence = "Apache-2.0",
     .input = 224,
     .features = 1280,
     .grid = 7,
     .channels = 1280,
     .top1 = 75.1,
     .gmacs = 0.41,
     .tried = true},
    {.name = "efficientnet-lite1",
     .bytes = 21580575,
     .sha256 = "47ae1237f489c54794c6c4a5cc645b5d227bf6c8d27496fbc25c001a6157b61c",
     .licence = "Apache-2.0",
     .input = 240,
     .features = 1280,
     .grid = 8,
     .channels = 1280,
     .top1 = 76.7,
     .gmacs = 0.60,
     .tried = true},
    {.name = "efficientnet-lite2",
     .bytes = 24273279,
     .sha256 = "2549253aa345b446ff64237985817da10bfdddbd98fe8b62cb0bbd8ac0e9fcbb",
     .licence = "Apache-2.0",
     .input = 260,
     .features = 1280,
     .grid = 9,
     .channels = 1280,
     .top1 = 77.6,
     .gmacs = 0.86,
     .tried = true},
    {.name = "efficientnet-lite4",
     .bytes = 51946641,
     .sha256 = "d111689907c06eea7c82e4833ddef758da6453b9d4cf60b7e99ca05c7cbd9c12",
     .urls = ZOO("efficientnet-lite4/model/efficientnet-lite4-11.onnx"),
     .licence = "Apache-2.0",
     .input = 224,
     .features = 1280,
     .grid = 7,
     .channels = 1280,
     .mean = "127",
     .scale = "0.0078125",
     .top1 = 80.4,
     .gmacs = 1.5},
    {.name = "mobilenetv2",
     .bytes = 13964571,
     .sha256 = "c0c3f76d93fa3fd6580652a45618618a220fced18babf65774ed169de0432ad5",
     .urls = ZOO("mobilenet/model/mobilenetv2-12.onnx"),
     .licence = "Apache-2.0",
     .input = 224,
     .features = 1280,
     .grid = 7,
     .channels = 1280,
     .mean = IMAGENET_MEAN,
     .scale = IMAGENET_SCALE,
     .top1 = 70.9,
     .gmacs = 0.30},
    {.name = "resnet50",
     .bytes = 102576593,
     .sha256 = "3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526",
     .urls = ZOO("resnet/model/resnet50-v1-12.onnx"),
     .licence = "Apache-2.0",
     .input = 224,
     .features = 2048,
     .grid = 7,
     .channels = 2048,
     .mean = IMAGENET_MEAN,
     .scale = IMAGENET_SCALE,
     .top1 = 75.0,
     .gmacs = 3.8},
    {.name = "resnet101",
     .bytes = 178914043,
     .sha256 = "760702f6ec0138f71ebac66f4e95d1c72dc9267a8544f4d4667a53075fd0497c",
     .urls = ZOO("resnet/model/resnet101-v1-7.onnx"),
     .licence = "Apache-2.0",
     .input = 224,
     .features = 2048,
     .grid = 7,
     .channels = 2048,
     .mean = IMAGENET_MEAN,
     .scale = IMAGENET_SCALE,
     .top1 = 76.5,
     .gmacs = 7.6},
    /* It has no global pooling: its vector is the second fully connected layer, its grid the last pooling. */
    {.name = "vgg16",
     .bytes = 553437752,
     .sha256 = "722c42f53ca03a5480296bf8f9c85a151de3eed9ec982d7d2302ff6e2900c67b",
     .urls = ZOO("vgg/model/vgg16-12.onnx"),
     .licence = "Apache-2.0",
     .input = 224,
     .features = 4096,
     .grid = 7,
     .channels = 512,
     .mean = IMAGENET_MEAN,
     .scale = IMAGENET_SCALE,
     .layer = "vgg0_dense1_relu_fwd",
     .grid_layer = "vgg0_pool4_fwd",
     .top1 = 72.6,
     .gmacs = 15.3},
    {0},
};

const KnownCnn *cnn_list(void)
{
    return ALL;
}

const KnownCnn *cnn_list_find(const char *name)
{
    for (const KnownCnn *row = ALL; row->name; row++) {
        size_t len = strlen(row->name);
        if (!strncmp(name, row->name, len) && (!name[len] || !strcmp(name + len, ".onnx")))
            return row;
    }
    return NULL;
}

const KnownCnn *cnn_list_by_digest(const char *sha256)
{
    for (const KnownCnn *row = ALL; row->name; row++)
        if (!strcmp(row->sha256, sha256))
            return row;
    return NULL;
}
