package io.slipway.engine.project;

/// The name of an app in its project.
public record AppName(String text) {
    /// @throws io.slipway.fault.Fault CONFIGURATION when it is no name
    public AppName {
        if (!Names.fits(text)) {
            throw Names.refused("an app", text, "it has characters or a form that names lack");
        }
    }

    /// @throws io.slipway.fault.Fault CONFIGURATION when it is no name
    public static AppName parse(String text) {
        return new AppName(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
