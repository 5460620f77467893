package io.slipway.engine.image;

/// The registry says no, in the words of the OCI distribution specification.
public final class RegistryRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Code code;

    /// Why: the specification's codes.
    public enum Code {
        /// No such blob in this repository.
        BLOB_UNKNOWN,
        /// The upload's bytes can't be taken.
        BLOB_UPLOAD_INVALID,
        /// No such upload.
        BLOB_UPLOAD_UNKNOWN,
        /// The bytes have another digest.
        DIGEST_INVALID,
        /// A manifest names a blob or manifest that is not in this repository.
        MANIFEST_BLOB_UNKNOWN,
        /// The manifest is none, or not what its type says.
        MANIFEST_INVALID,
        /// No such manifest in this repository.
        MANIFEST_UNKNOWN,
        /// That is no repository's name.
        NAME_INVALID,
        /// No such repository.
        NAME_UNKNOWN,
        /// The bytes are more or fewer than was said.
        SIZE_INVALID,
        /// The blob has more bytes than may be: in the specification's words `SIZE_INVALID`.
        TOO_LARGE,
        /// The credential does not allow it.
        DENIED,
        /// A credential is needed.
        UNAUTHORIZED,
        /// The registry does not do this.
        UNSUPPORTED
    }

    /// @param message what could not be done, and why
    public RegistryRefusal(Code code, String message) {
        super(message);
        this.code = code;
    }

    /// The specification's code.
    public Code code() {
        return code;
    }

    /// What could not be done, and why.
    public String message() {
        return String.valueOf(getMessage());
    }
}
