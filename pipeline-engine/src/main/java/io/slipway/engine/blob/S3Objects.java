package io.slipway.engine.blob;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The objects of one bucket below a prefix. What the server refuses, and what it does not answer,
/// is an [IOException]. Safe for use by many threads.
public final class S3Objects implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int ABSENT = 404;
    private static final int NO_RANGE = 416;

    /// The most that one request may copy, and how much each of several then does.
    private static final long COPIED_AT_ONCE = 5L << 30;

    private static final long COPIED_PIECE = 512L << 20;

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3Objects(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /// Connects, and asks whether the bucket is there.
    ///
    /// @throws Fault CONFIGURATION, or UNAVAILABLE when the server does not answer
    public static S3Objects connect(S3Bucket bucket) {
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(bucket.region()))
                        .forcePathStyle(bucket.pathStyle())
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT)
                                        .socketTimeout(SILENCE));
        if (bucket.endpoint() != null) {
            builder.endpointOverride(bucket.endpoint());
        }
        S3Bucket.Keys keys = bucket.keys();
        if (keys != null) {
            builder.credentialsProvider(
                    StaticCredentialsProvider.create(
                            AwsBasicCredentials.create(keys.access(), keys.secret().reveal())));
        }
        S3Client client = builder.build();
        try {
            client.headBucket(r -> r.bucket(bucket.name()));
            return new S3Objects(client, bucket.name(), bucket.prefix());
        } catch (SdkException e) {
            client.close();
            throw unusable(bucket.name(), e);
        }
    }

    private static Fault unusable(String bucket, SdkException e) {
        String what = "cannot use the bucket " + bucket + ": ";
        if (e instanceof S3Exception answer) {
            return new Fault(
                    Fault.Kind.CONFIGURATION,
                    what
                            + (answer.statusCode() == ABSENT
                                    ? "there is none of that name"
                                    : "the server answers " + answer.statusCode()),
                    "correct SLIPWAY_S3_BUCKET, or the keys that are to reach it",
                    e);
        }
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                what + e.getMessage(),
                "correct SLIPWAY_S3_ENDPOINT, or start the server",
                e);
    }

    /// The same bucket below a longer prefix; closing it closes nothing.
    S3Objects below(String folder) {
        return new S3Objects(client, bucket, prefix + folder);
    }

    /// @param key without the prefix
    /// @param tag of its bytes: differs when they do
    record Found(String key, long size, Instant changed, String tag) {}

    /// A part of an object that is put together.
    record Part(int number, String tag, long size, Instant changed) {}

    /// An object that was not put together to its end.
    record Pending(String key, String id, Instant begun) {}

    /// Keeps bytes, in place of what is there.
    ///
    /// @return the tag
    String put(String key, byte[] bytes, int length) throws IOException {
        return asking(
                "write " + key,
                () ->
                        client.putObject(
                                        r -> r.bucket(bucket).key(prefix + key),
                                        body(bytes, length))
                                .eTag());
    }

    /// @param tag what it has to have, or it counts as absent; null: whatever it is
    Optional<byte[]> get(String key, @Nullable String tag) throws IOException {
        try (InputStream in =
                client.getObject(r -> r.bucket(bucket).key(prefix + key).ifMatch(tag))) {
            return Optional.of(in.readAllBytes());
        } catch (S3Exception e) {
            if (e.statusCode() == ABSENT || e.statusCode() == 412) {
                return Optional.empty();
            }
            throw failed("read " + key, e);
        } catch (SdkException e) {
            throw failed("read " + key, e);
        }
    }

    OptionalLong size(String key) throws IOException {
        try {
            return OptionalLong.of(
                    client.headObject(r -> r.bucket(bucket).key(prefix + key)).contentLength());
        } catch (S3Exception e) {
            if (e.statusCode() == ABSENT) {
                return OptionalLong.empty();
            }
            throw failed("look for " + key, e);
        } catch (SdkException e) {
            throw failed("look for " + key, e);
        }
    }

    /// Reads from a byte on; nothing behind the end. Closing it early breaks the transfer off.
    ///
    /// @return empty when there is no such object
    Optional<InputStream> read(String key, long offset, long length) throws IOException {
        if (length <= 0) {
            return size(key).isPresent()
                    ? Optional.of(InputStream.nullInputStream())
                    : Optional.empty();
        }
        boolean toEnd = length > Long.MAX_VALUE - offset;
        String range = "bytes=" + offset + "-" + (toEnd ? "" : offset + length - 1);
        try {
            ResponseInputStream<GetObjectResponse> in =
                    client.getObject(r -> r.bucket(bucket).key(prefix + key).range(range));
            return Optional.of(new S3Body(in));
        } catch (S3Exception e) {
            if (e.statusCode() == ABSENT) {
                return Optional.empty();
            }
            if (e.statusCode() == NO_RANGE) {
                return Optional.of(InputStream.nullInputStream());
            }
            throw failed("read " + key, e);
        } catch (SdkException e) {
            throw failed("read " + key, e);
        }
    }

    /// Removes it; nothing happens when there is none.
    void remove(String key) throws IOException {
        asking("remove " + key, () -> client.deleteObject(r -> r.bucket(bucket).key(prefix + key)));
    }

    /// All below a folder.
    List<Found> list(String folder) throws IOException {
        return asking(
                "list " + folder,
                () ->
                        client
                                .listObjectsV2Paginator(
                                        r -> r.bucket(bucket).prefix(prefix + folder))
                                .contents()
                                .stream()
                                .map(
                                        o ->
                                                new Found(
                                                        o.key().substring(prefix.length()),
                                                        o.size(),
                                                        o.lastModified(),
                                                        o.eTag()))
                                .toList());
    }

    /// Copies within the server.
    void copy(String from, String to, long size) throws IOException {
        if (size <= COPIED_AT_ONCE) {
            asking(
                    "copy " + from,
                    () ->
                            client.copyObject(
                                    r ->
                                            r.sourceBucket(bucket)
                                                    .sourceKey(prefix + from)
                                                    .destinationBucket(bucket)
                                                    .destinationKey(prefix + to)));
            return;
        }
        String id = begin(to);
        List<Part> parts = new ArrayList<>();
        for (long at = 0; at < size; at += COPIED_PIECE) {
            int number = parts.size() + 1;
            long length = Math.min(COPIED_PIECE, size - at);
            String range = "bytes=" + at + "-" + (at + length - 1);
            String tag =
                    asking(
                            "copy " + from,
                            () ->
                                    client.uploadPartCopy(
                                                    r ->
                                                            r.sourceBucket(bucket)
                                                                    .sourceKey(prefix + from)
                                                                    .copySourceRange(range)
                                                                    .destinationBucket(bucket)
                                                                    .destinationKey(prefix + to)
                                                                    .uploadId(id)
                                                                    .partNumber(number))
                                            .copyPartResult()
                                            .eTag());
            parts.add(new Part(number, tag, length, Instant.EPOCH));
        }
        complete(to, id, parts);
    }

    /// Begins an object that is put together of parts.
    String begin(String key) throws IOException {
        return asking(
                "begin " + key,
                () ->
                        client.createMultipartUpload(r -> r.bucket(bucket).key(prefix + key))
                                .uploadId());
    }

    Part part(String key, String id, int number, byte[] bytes, int length) throws IOException {
        String tag =
                asking(
                        "write a part of " + key,
                        () ->
                                client.uploadPart(
                                                r ->
                                                        r.bucket(bucket)
                                                                .key(prefix + key)
                                                                .uploadId(id)
                                                                .partNumber(number),
                                                body(bytes, length))
                                        .eTag());
        return new Part(number, tag, length, Instant.EPOCH);
    }

    /// @return empty when the object was put together, or is not any more
    Optional<List<Part>> parts(String key, String id) throws IOException {
        try {
            return Optional.of(
                    client
                            .listPartsPaginator(
                                    r -> r.bucket(bucket).key(prefix + key).uploadId(id))
                            .parts()
                            .stream()
                            .map(
                                    p ->
                                            new Part(
                                                    p.partNumber(),
                                                    p.eTag(),
                                                    p.size(),
                                                    p.lastModified()))
                            .toList());
        } catch (S3Exception e) {
            if (e.statusCode() == ABSENT) {
                return Optional.empty();
            }
            throw failed("list the parts of " + key, e);
        } catch (SdkException e) {
            throw failed("list the parts of " + key, e);
        }
    }

    /// Puts an object together of exactly these parts: fails when one was written anew meanwhile.
    void complete(String key, String id, List<Part> parts) throws IOException {
        List<CompletedPart> all =
                parts.stream()
                        .map(
                                p ->
                                        CompletedPart.builder()
                                                .partNumber(p.number())
                                                .eTag(p.tag())
                                                .build())
                        .toList();
        asking(
                "put together " + key,
                () ->
                        client.completeMultipartUpload(
                                r ->
                                        r.bucket(bucket)
                                                .key(prefix + key)
                                                .uploadId(id)
                                                .multipartUpload(m -> m.parts(all))));
    }

    /// Drops an object that was not put together; nothing happens when there is none.
    void abort(String key, String id) throws IOException {
        try {
            client.abortMultipartUpload(r -> r.bucket(bucket).key(prefix + key).uploadId(id));
        } catch (S3Exception e) {
            if (e.statusCode() != ABSENT) {
                throw failed("drop " + key, e);
            }
        } catch (SdkException e) {
            throw failed("drop " + key, e);
        }
    }

    List<Pending> pending(String folder) throws IOException {
        return asking(
                "list what was begun below " + folder,
                () ->
                        client
                                .listMultipartUploadsPaginator(
                                        r -> r.bucket(bucket).prefix(prefix + folder))
                                .uploads()
                                .stream()
                                .map(
                                        u ->
                                                new Pending(
                                                        u.key().substring(prefix.length()),
                                                        u.uploadId(),
                                                        u.initiated()))
                                .toList());
    }

    private static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length),
                length,
                "application/octet-stream");
    }

    private interface Asked<T> {
        T answer();
    }

    private <T> T asking(String what, Asked<T> asked) throws IOException {
        try {
            return asked.answer();
        } catch (SdkException e) {
            throw failed(what, e);
        }
    }

    private IOException failed(String what, SdkException e) {
        return new IOException(
                "cannot " + what + " in the bucket " + bucket + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        client.close();
    }
}
