#include "io/cnn/protobuf.h"

#include <stddef.h>

static bool read_varint(ProtoBytes *in, uint64_t *out)
{
    *out = 0;
    for (int shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        unsigned char byte = *in->at++;
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static bool skip(ProtoBytes *in, uint64_t n)
{
    if (n > (uint64_t)(in->end - in->at))
        return false;
    in->at += n;
    return true;
}

int proto_next(ProtoBytes *in, ProtoPart *part)
{
    uint64_t tag, n;
    if (in->at == in->end)
        return 0;
    if (!read_varint(in, &tag) || tag >> 3 == 0 || tag >> 32)
        return -1;
    *part = (ProtoPart){.number = (uint32_t)(tag >> 3)};
    switch (tag & 7) {
    case 0:
        return read_varint(in, &part->value) ? 1 : -1;
    case 1:
        return skip(in, 8) ? 1 : -1;
    case 2:
        if (!read_varint(in, &n) || n > (uint64_t)(in->end - in->at))
            return -1;
        part->bytes = (ProtoBytes){in->at, in->at + n};
        in->at += n;
        return 1;
    case 5:
        return skip(in, 4) ? 1 : -1;
    default:
        return -1;
    }
}

ProtoBytes proto_field(ProtoBytes in, uint32_t number)
{
    ProtoBytes found = {NULL, NULL};
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0)
        if (part.number == number && part.bytes.at)
            found = part.bytes;
    return rc ? (ProtoBytes){NULL, NULL} : found;
}

unsigned char *proto_put_head(unsigned char *out, int number, size_t len)
{
    *out++ = (unsigned char)(number << 3 | 2);
    for (; len >= 128; len >>= 7)
        *out++ = (unsigned char)(len | 128);
    *out++ = (unsigned char)len;
    return out;
}
