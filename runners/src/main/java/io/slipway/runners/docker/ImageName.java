package io.slipway.runners.docker;

import io.slipway.fault.Fault;

/// An image's reference as people write it, in parts.
///
/// @param repository with the registry's host where one is written
/// @param tagOrDigest `latest` where none is written; a digest begins with `sha256:`
record ImageName(String repository, String tagOrDigest) {
    static ImageName parse(String reference) {
        if (reference.isEmpty() || !reference.matches("[A-Za-z0-9][-A-Za-z0-9._:/@]{0,511}")) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot pull '" + reference + "': that is not an image's name",
                    "write it as name:tag");
        }
        int at = reference.indexOf('@');
        if (at > 0) {
            String name = reference.substring(0, at);
            return new ImageName(untagged(name), reference.substring(at + 1));
        }
        String name = untagged(reference);
        boolean tagged = name.length() < reference.length();
        return new ImageName(name, tagged ? reference.substring(name.length() + 1) : "latest");
    }

    private static String untagged(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }
}
