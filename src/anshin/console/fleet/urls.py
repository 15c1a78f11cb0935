"""Addresses of the fleet below one company."""

from django.urls import URLPattern, path

from anshin.console.fleet.rollout.views.false_positives import detection_false_positive
from anshin.console.fleet.views import detections, devices, protection, scans

urlpatterns: list[URLPattern] = [
    path("devices/", devices.device_list, name="device_list"),
    path("devices/add/", devices.device_add, name="device_add"),
    path("devices/add/<uuid:enrolment_id>/", devices.device_waiting, name="device_waiting"),
    path("devices/<uuid:device_id>/", devices.device_detail, name="device_detail"),
    path("devices/<uuid:device_id>/rename/", devices.device_rename, name="device_rename"),
    path("devices/<uuid:device_id>/revoke/", devices.device_revoke, name="device_revoke"),
    path("devices/<uuid:device_id>/scan/", scans.device_scan, name="device_scan"),
    path("detections/", detections.detection_list, name="detection_list"),
    path("detections/recent/", detections.detection_recent, name="detection_recent"),
    path("detections/<uuid:detection_id>/", detections.detection_detail, name="detection_detail"),
    path("detections/<uuid:detection_id>/handled/", detections.detection_handled, name="detection_handled"),
    path("detections/<uuid:detection_id>/restore/", detections.detection_restore, name="detection_restore"),
    path(
        "detections/<uuid:detection_id>/restore/state/",
        detections.detection_restore_state,
        name="detection_restore_state",
    ),
    path("detections/<uuid:detection_id>/scan/", scans.detection_scan, name="detection_scan"),
    path("detections/<uuid:detection_id>/scan/state/", scans.detection_scan_state, name="detection_scan_state"),
    path("detections/<uuid:detection_id>/false-positive/", detection_false_positive, name="detection_false_positive"),
    path("lists/", protection.hash_list, name="hash_list"),
    path("lists/add/", protection.hash_list_add, name="hash_list_add"),
    path("lists/<uuid:entry_id>/remove/", protection.hash_list_remove, name="hash_list_remove"),
    path("protection/", protection.protection, name="protection"),
    path("protection/change/", protection.protection_change, name="protection_change"),
]
