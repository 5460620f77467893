package io.slipway.engine.detection.pom;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/// What a `pom.xml` says, as far as it says it itself: parents are not looked at.
public final class MavenPom {
    private static final int DEEPEST = 5;

    private final Element project;

    private MavenPom(Element project) {
        this.project = project;
    }

    /// @return empty when the text is no pom
    public static Optional<MavenPom> parse(String text) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            Element root =
                    builder.parse(new InputSource(new StringReader(text))).getDocumentElement();
            return "project".equals(root.getTagName())
                    ? Optional.of(new MavenPom(root))
                    : Optional.empty();
        } catch (SAXException e) {
            return Optional.empty();
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The text at a path of elements, properties filled in; empty when there is none.
    public String text(String... path) {
        return filled(text(project, path));
    }

    public boolean has(String... path) {
        return at(project, path) != null;
    }

    /// A property; empty when it is not written here.
    public String property(String name) {
        return text("properties", name);
    }

    /// The first of these that is written.
    public Optional<String> firstProperty(List<String> names) {
        return names.stream().map(this::property).filter(value -> !value.isEmpty()).findFirst();
    }

    /// The one plugin of the build by this name, if it is there.
    public Optional<Plugin> plugin(String artifactId) {
        Element plugins = at(project, "build", "plugins");
        return plugins == null
                ? Optional.empty()
                : children(plugins).stream()
                        .filter(plugin -> artifactId.equals(text(plugin, "artifactId")))
                        .findFirst()
                        .map(Plugin::new);
    }

    /// A plugin of the build.
    public final class Plugin {
        private final Element element;

        private Plugin(Element element) {
            this.element = element;
        }

        /// The first element by one of these names, at any depth.
        public Optional<String> anywhere(String... names) {
            for (String name : names) {
                Node found = element.getElementsByTagName(name).item(0);
                if (found != null && !found.getTextContent().isBlank()) {
                    return Optional.of(filled(found.getTextContent().strip()));
                }
            }
            return Optional.empty();
        }
    }

    private String filled(String text) {
        String value = text;
        for (int i = 0; i < DEEPEST && value.contains("${"); i++) {
            int begin = value.indexOf("${");
            int end = value.indexOf('}', begin);
            if (end < 0) {
                break;
            }
            String name = value.substring(begin + 2, end);
            String of = name.startsWith("project.") ? name.substring("project.".length()) : "";
            String found = of.isEmpty() ? text(project, "properties", name) : text(project, of);
            value = value.substring(0, begin) + found + value.substring(end + 1);
        }
        return value;
    }

    private static String text(Element from, String... path) {
        Element found = at(from, path);
        return found == null ? "" : found.getTextContent().strip();
    }

    private static @Nullable Element at(Element from, String... path) {
        Element at = from;
        for (String name : path) {
            Element next = null;
            for (Element child : children(at)) {
                if (child.getTagName().equals(name)) {
                    next = child;
                    break;
                }
            }
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private static List<Element> children(Element of) {
        List<Element> found = new ArrayList<>();
        for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                found.add(element);
            }
        }
        return found;
    }
}
