package io.slipway.engine.grammar;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Key;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Shape.Scalar;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Every key path of a language, with `*` for a name of the user's own or a list's entry.
public final class Vocabulary {
    private Vocabulary() {}

    /// The paths of all keys, except those below a refused one.
    ///
    /// @param refused paths that are left out, with everything below them
    public static SortedSet<String> paths(Keys root, Set<String> refused) {
        SortedSet<String> paths = new TreeSet<>();
        add(root, "", refused, paths);
        return paths;
    }

    private static void add(Shape shape, String path, Set<String> refused, Set<String> paths) {
        String below = path.isEmpty() ? "" : path + ".";
        switch (shape) {
            case Scalar scalar -> {}
            case ListOf list -> add(list.item(), below + "*", refused, paths);
            case MapOf map -> {
                if (!refused.contains(below + "*")) {
                    add(map.value(), below + "*", refused, paths);
                }
            }
            case Keys keys -> {
                for (Key key : keys.keys()) {
                    if (!refused.contains(below + key.name())) {
                        paths.add(below + key.name());
                        add(key.shape(), below + key.name(), refused, paths);
                    }
                }
            }
            case Forms forms -> forms.forms().forEach(form -> add(form, path, refused, paths));
        }
    }
}
