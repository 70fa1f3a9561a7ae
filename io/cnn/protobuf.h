/* Protocol buffers, as far as ONNX files need them: a message is a run of fields, each a number and a wire type, then a
 * number or a counted run of bytes (protobuf.dev, "Encoding"). Every length is checked against the bytes that are left.
 * Nothing is allocated; results point into the message. Any thread. */
#ifndef COCO_IO_CNN_PROTOBUF_H
#define COCO_IO_CNN_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read of a message. */
typedef struct {
    const unsigned char *at, *end;
} ProtoBytes;

typedef struct {
    uint32_t number;
    uint64_t value;   /* of a varint */
    ProtoBytes bytes; /* of a counted field; at == NULL: the field is not one */
} ProtoPart;

/* Reads the next field and moves `in` past it: 1; 0: the message has ended; -1: the bytes are not a message. */
int proto_next(ProtoBytes *in, ProtoPart *part);
/* The last counted field of this number; at == NULL: the message has none, or is damaged. */
ProtoBytes proto_field(ProtoBytes in, uint32_t number);

enum { PROTO_HEAD_MAX = 11 }; /* bytes of a counted field's head, at most */
/* Writes the head of a counted field of `len` bytes and returns its end. The number is at most 15. */
unsigned char *proto_put_head(unsigned char *out, int number, size_t len);

#endif
