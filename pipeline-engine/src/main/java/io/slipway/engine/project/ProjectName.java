package io.slipway.engine.project;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// A project's name, `[group/]name`, alike in git URL, registry and page.
public final class ProjectName implements Comparable<ProjectName> {
    private final @Nullable String group;
    private final String name;

    private ProjectName(@Nullable String group, String name) {
        this.group = group;
        this.name = name;
    }

    /// Reads `name` or `group/name`. Upper case is refused, not folded.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION when it is no name, or a reserved word
    public static ProjectName parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return new ProjectName(null, part(text, text));
        }
        return new ProjectName(
                part(text.substring(0, slash), text), part(text.substring(slash + 1), text));
    }

    /// The name for a repository elsewhere: `Owner/Some_Name` becomes `owner/some-name`; of a
    /// longer path the last two parts count.
    ///
    /// @throws io.slipway.fault.Fault as [#parse]
    public static ProjectName ofRepository(String path) {
        String[] parts = path.toLowerCase(Locale.ROOT).split("/");
        String last = folded(parts[parts.length - 1]);
        return parse(parts.length < 2 ? last : folded(parts[parts.length - 2]) + "/" + last);
    }

    private static String folded(String text) {
        return text.replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    }

    private static String part(String part, String whole) {
        if (Names.RESERVED.contains(part)) {
            throw Names.refused("a project", whole, "'" + part + "' is reserved");
        }
        if (!Names.fits(part)) {
            throw Names.refused("a project", whole, "it has characters or a form that names lack");
        }
        return part;
    }

    /// The part before the slash; null when there is none.
    public @Nullable String group() {
        return group;
    }

    /// The part after the slash, or all of it.
    public String name() {
        return name;
    }

    /// The name in hosts and namespaces: `group-name`, at most 63 characters.
    public String label() {
        return HostLabel.of(group == null ? name : group + "-" + name);
    }

    /// `[group/]name`.
    @Override
    public String toString() {
        return group == null ? name : group + "/" + name;
    }

    @Override
    public int compareTo(ProjectName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProjectName that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }
}
